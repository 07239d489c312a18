/** The configuration of the web server in front of Mono: one process, every file of it below one folder. */

export type Listeners = {
  host: string
  port: number
  https: { port: number; certFile: string; keyFile: string } | undefined
}

/**
 * Everything goes through ASP.NET, images too, as on IIS 7 with `runAllManagedModulesForAllRequests`: that is how the
 * anonymous folders in web.config get their say, and how a sign-in ticket comes to be renewed with an image (F2).
 * The hour on images and styles is what IIS calls content expiration.
 */
export function nginxConfiguration(folder: string, listeners: Listeners): string {
  const { host, port, https } = listeners
  const temporary = ['client_body', 'fastcgi', 'proxy', 'uwsgi', 'scgi']
  return `daemon off;
master_process off;
pid "${folder}/nginx/nginx.pid";
error_log stderr warn;
events { worker_connections 512; }

http {
  access_log off;
  absolute_redirect off;
  types { }
${temporary.map((name) => `  ${name}_temp_path "${folder}/nginx/${name}";`).join('\n')}

  # To a client of HTTP/1.1 Mono would write the end of a chunked body, which nginx has framed already.
  fastcgi_param SERVER_PROTOCOL HTTP/1.0;
  fastcgi_buffering off;
  fastcgi_read_timeout 60s;
  fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
  fastcgi_param SCRIPT_NAME     $fastcgi_script_name;
  fastcgi_param PATH_INFO       "";
  fastcgi_param DOCUMENT_ROOT   $document_root;
  fastcgi_param REQUEST_METHOD  $request_method;
  fastcgi_param REQUEST_URI     $request_uri;
  fastcgi_param QUERY_STRING    $query_string;
  fastcgi_param CONTENT_TYPE    $content_type;
  fastcgi_param CONTENT_LENGTH  $content_length;
  fastcgi_param SERVER_NAME     $host;
  fastcgi_param SERVER_ADDR     $server_addr;
  fastcgi_param SERVER_PORT     $server_port;
  fastcgi_param REMOTE_ADDR     $remote_addr;
  fastcgi_param REMOTE_PORT     $remote_port;
  fastcgi_param HTTPS           $https if_not_empty;

  server {
    listen ${host}:${port};
${https ? tls(host, https) : ''}
    root "${folder}/site";
    index Default.aspx;

    # IIS keeps these to itself; Mono would send them.
    location ~* ^/(bin|App_Data|App_Code)/ {
      return 404;
    }
    location / {
      fastcgi_pass "unix:${folder}/mono.sock";
    }
    location ~* ^/(images|styles)/ {
      fastcgi_pass "unix:${folder}/mono.sock";
      fastcgi_hide_header Cache-Control;
      expires 1h;
    }
  }
}
`
}

function tls(host: string, https: NonNullable<Listeners['https']>): string {
  return `    listen ${host}:${https.port} ssl;
    ssl_certificate "${https.certFile}";
    ssl_certificate_key "${https.keyFile}";
`
}
