// Headers of a request by which an application would take it for another than the one that the rules were asked about (G1):
// of another path, host, method, scheme, sender or user. Only a proxy has a reason to send them. From a browser they are a
// claim, and what may be said in them the gateway says itself.
//
// Names are compared as the most careless application reads them. CGI and what came after it turn `-` and other characters
// into `_`, so that `X_Forwarded-For` and `X.Forwarded.For` are X-Forwarded-For to it.
//
// A trusted proxy in front is believed as to the scheme and the client's address (R5), and that is passed on as
// X-Forwarded-Proto and X-Forwarded-For; its other words are dropped as anybody's.

const groups: readonly (readonly [why: string, names: readonly string[]])[] = [
  ['The cookies are the vault’s. Cookie2 is read by old servers (RFC 2965).', ['cookie', 'cookie2']],
  [
    'How the request came, which host it was sent to: the gateway says so in X-Forwarded-*, all of which it drops first ' +
      '(CVE-2025-64484, CVE-2026-39858).',
    [
      'forwarded',
      'x-url-scheme',
      'x-scheme',
      'x-proto',
      'front-end-https',
      'x-arr-ssl',
      'x-host',
      'x-http-host-override',
    ],
  ],
  [
    'Who sent it, in the words of balancers and content networks: frameworks look for each of them.',
    [
      ...['x-real-ip', 'x-client-ip', 'client-ip', 'x-clientip', 'true-client-ip', 'x-true-client-ip'],
      ...['x-cluster-client-ip', 'fastly-client-ip', 'cf-connecting-ip', 'cf-connecting-ipv6', 'cf-pseudo-ipv4'],
      ...['fly-client-ip', 'do-connecting-ip', 'x-envoy-external-address', 'x-azure-clientip', 'x-azure-socketip'],
      ...['x-appengine-user-ip', 'x-nf-client-connection-ip', 'x-proxyuser-ip', 'x-remote-ip', 'x-remote-addr'],
      ...['remote-addr', 'x-originating-ip', 'wl-proxy-client-ip', 'proxy-client-ip', 'x-arr-log-id'],
    ],
  ],
  [
    'Another path than that of the request line (IIS rewriting, Symfony and Zend: CVE-2018-14773; Next.js).',
    [
      ...['x-rewrite-url', 'x-override-url', 'x-http-destinationurl', 'x-http-path-override', 'x-accel-redirect'],
      ...['x-matched-path', 'x-now-route-matches', 'x-invoke-path', 'x-invoke-query', 'x-invoke-output', 'base-url'],
      ...['x-script-name', 'script-name', 'x-base-url', 'x-proxy-url', 'x-envoy-original-path', 'destination-url'],
    ],
  ],
  [
    'What a framework or server says to itself, and believes (CVE-2025-29927; CVE-2025-61780; httpoxy, CVE-2016-5385; ' +
      '`__proto__` ends programs on Node: CVE-2026-21710; mod_session hands its data to CGI as the header Session: CVE-2018-1283; ASP.NET takes cookieless ids from a header of its filter).',
    [
      ...['x-middleware-subrequest', 'x-middleware-subrequest-id', 'x-middleware-invoke', 'proxy', 'session'],
      ...['--proto--', 'aspfiltersessionid'],
      ...['x-sendfile-type', 'x-accel-mapping', 'x-arr-clientcert', 'x-iisnode-auth-user', 'x-iisnode-logon-user'],
    ],
  ],
  [
    'Who the user is, for applications that leave this to a proxy.',
    [
      ...['remote-user', 'remote-groups', 'remote-email', 'remote-name', 'auth-user', 'auth-type', 'x-remote-user'],
      ...[
        'x-remote-group',
        'x-remote-groups',
        'x-remote-email',
        'x-remote-name',
        'x-webauth-user',
        'x-authenticated-user',
      ],
      ...['x-authenticated-userid', 'x-authenticated-groups', 'x-consumer-username', 'x-token-user-email'],
      ...['cf-access-jwt-assertion', 'cf-access-authenticated-user-email', 'x-pomerium-jwt-assertion'],
      ...['x-client-cert', 'x-ssl-cert', 'ssl-client-cert', 'x-ssl-client-cert', 'client-cert', 'client-cert-chain'],
    ],
  ],
]

/** Families, named by how they begin. */
const FAMILIES = [
  'x-forwarded-',
  'x-original-', // X-Original-URL of IIS and Symfony, X-Original-Host, X-Original-Method, X-Original-Forwarded-For
  'x-auth-request-',
  'x-ms-client-principal',
  'x-goog-authenticated-user-',
  'x-goog-iap-',
  'x-amzn-oidc-',
  'x-authentik-',
  'x-ssl-client-',
  'ssl-client-',
]

const NAMES: ReadonlySet<string> = new Set(groups.flatMap(([, names]) => names))

/** Frameworks read another method from them; `_method` in a form is the body's, and passes. */
const METHOD_OVERRIDES: ReadonlySet<string> = new Set(['x-http-method-override', 'x-http-method', 'x-method-override'])

/**
 * Whether a request's header is a claim that only a proxy may make.
 *
 * @param lower - the header's name in lower case
 * @example isUntrusted('x_original_url') // true
 */
export function isUntrusted(lower: string): boolean {
  const name = folded(lower)
  if (NAMES.has(name)) return true
  const first = name.charCodeAt(0)
  // Nearly all others begin with neither x nor s.
  return (first === 0x78 || first === 0x73) && FAMILIES.some((family) => name.startsWith(family))
}

/**
 * Whether a header is one in which frameworks look for another method.
 *
 * @param lower - the header's name in lower case
 */
export function namesMethod(lower: string): boolean {
  return METHOD_OVERRIDES.has(folded(lower))
}

/**
 * Whether the method that such a header names would change what the rules said. A POST for a PUT, PATCH or DELETE does not:
 * all are unsafe (R6), and a rule for one of these covers POST. Anything else would make an unsafe request of a safe one, or
 * a sign-in of what is none.
 */
export function overridesMethod(value: string, method: string): boolean {
  return method !== 'POST' || !/^(?:PUT|PATCH|DELETE)$/.test(value)
}

function folded(lower: string): string {
  for (let i = 0; i < lower.length; i++) {
    const code = lower.charCodeAt(i)
    const ordinary = (code >= 0x61 && code <= 0x7a) || code === 0x2d || (code >= 0x30 && code <= 0x39)
    if (!ordinary) return lower.replace(/[^a-z0-9-]/g, '-')
  }
  return lower
}
