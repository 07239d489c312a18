/** The shared caches that F2 is tried through: as they come, with common mistakes, and beyond what a site can say. */
import type { RealCache } from './start.ts'

export const nginx: RealCache = { name: 'nginx', nginx: [] }

/** nginx keeps nothing with Set-Cookie, so "it does not cache" is a common complaint, and this the common answer. */
export const nginxIgnoringSetCookie: RealCache = {
  name: 'nginx with proxy_ignore_headers Set-Cookie',
  nginx: ['proxy_ignore_headers Set-Cookie'],
}

/** What says nothing of a lifetime, or only half of it, is kept for a minute. */
export const nginxKeepingAll: RealCache = {
  name: 'nginx with proxy_cache_valid any 1m',
  nginx: ['proxy_ignore_headers Set-Cookie', 'proxy_cache_valid any 1m'],
}

export const apache: RealCache = { name: 'Apache mod_cache_disk', apache: [] }

/** Kept for an hour where nothing is said, and also where `private` is. */
export const apacheKeepingPrivate: RealCache = {
  name: 'Apache with CacheStorePrivate On',
  apache: ['CacheDefaultExpire 3600', 'CacheIgnoreNoLastMod On', 'CacheIgnoreCacheControl On', 'CacheStorePrivate On'],
}

/** As it comes: a page of which nothing is said is fresh for a tenth of its age (`refresh_pattern . 0 20% 4320`). */
export const squid: RealCache = { name: 'Squid', squid: ['refresh_pattern . 0 20% 4320'] }

/**
 * The usual advice where "Squid does not cache": everything is fresh for an hour, whatever it says. Squid asks after what
 * is `private` each time all the same.
 */
export const squidIgnoringPrivate: RealCache = {
  name: 'Squid with refresh_pattern ignore-private ignore-no-store',
  squid: ['refresh_pattern . 60 100% 4320 ignore-private ignore-no-store override-expire override-lastmod'],
}

/** By default it passes what has a cookie, and keeps for two minutes what says nothing of a lifetime. */
export const varnish: RealCache = { name: 'Varnish', varnish: {} }

/** The usual advice where "Varnish does not cache": who has a cookie is served like everybody. */
export const varnishIgnoringCookies: RealCache = {
  name: 'Varnish with return (hash)',
  varnish: { recv: ['if (req.method == "GET") { return (hash); }'] },
}

/** The same, and what says how long it is fresh is kept, Set-Cookie or not. */
export const varnishIgnoringSetCookie: RealCache = {
  name: 'Varnish that drops Set-Cookie from what is public',
  varnish: {
    recv: ['if (req.method == "GET") { return (hash); }'],
    response: ['if (beresp.http.Cache-Control ~ "max-age|public") { unset beresp.http.Set-Cookie; }'],
  },
}

/** Kept as it comes, Set-Cookie and all, wherever a lifetime is said. */
export const varnishKeepingSetCookie: RealCache = {
  name: 'Varnish with return (deliver) for what has a lifetime',
  varnish: {
    recv: ['if (req.method == "GET") { return (hash); }'],
    response: ['if (beresp.http.Cache-Control ~ "max-age" && beresp.ttl > 0s) { return (deliver); }'],
  },
}

/** It keeps what says how long it is fresh, and sends the cookie again with it. What has Vary it does not keep. */
export const haproxy: RealCache = { name: 'HAProxy', haproxy: [] }

export const allCaches: readonly RealCache[] = [
  nginx,
  nginxIgnoringSetCookie,
  nginxKeepingAll,
  apache,
  apacheKeepingPrivate,
  squid,
  squidIgnoringPrivate,
  varnish,
  varnishIgnoringCookies,
  varnishIgnoringSetCookie,
  varnishKeepingSetCookie,
  haproxy,
]

/** These are told not to listen: whatever a site says, one user's page is everybody's. */
export const deaf: readonly RealCache[] = [
  {
    name: 'nginx with proxy_ignore_headers Cache-Control',
    nginx: ['proxy_ignore_headers Set-Cookie Cache-Control Expires', 'proxy_cache_valid any 1m'],
  },
  {
    name: 'Apache with CacheStoreNoStore On',
    apache: ['CacheDefaultExpire 3600', 'CacheIgnoreNoLastMod On', 'CacheStorePrivate On', 'CacheStoreNoStore On'],
  },
  {
    name: 'Varnish with return (deliver) for everything',
    varnish: {
      recv: ['if (req.method == "GET") { return (hash); }'],
      response: ['if (bereq.method == "GET") { set beresp.ttl = 1m; return (deliver); }'],
    },
  },
]
