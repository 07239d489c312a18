/** The configuration of nginx as a shared cache: one file, and all that it writes below one folder. */

/** What an administrator adds, in the words of the configuration file. Nothing: the cache as the documentation has it. */
export type NginxMistakes = string[]

export function nginxConfiguration(folder: string, port: number, upstream: string, mistakes: NginxMistakes): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `daemon off;
master_process off;
pid "${folder}/nginx.pid";
error_log stderr warn;
events { worker_connections 256; }

http {
  access_log off;
${temporary.map((name) => `  ${name}_temp_path "${folder}/${name}";`).join('\n')}
  proxy_cache_path "${folder}/cache" keys_zone=shared:1m;

  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass ${upstream};
      proxy_set_header Host $http_host;
      proxy_cache shared;
      add_header X-Cache $upstream_cache_status always;
${mistakes.map((line) => `      ${line};`).join('\n')}
    }
  }
}
`
}
