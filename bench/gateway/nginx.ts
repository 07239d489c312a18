// nginx that does nothing but pass on: the far reference, a forwarder in C.

import type { Command } from './program.ts'

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

export function nginx(path: string, application: number): (folder: string, port: number) => Command {
  return (folder, port) => ({
    name: 'nginx',
    path,
    args: ['-e', 'stderr', '-p', folder, '-c', `${folder}/nginx.conf`],
    files: {
      'nginx.conf': `daemon off;
master_process off;
pid "${folder}/pid";
error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off;
${TEMPORARY.map((name) => `  ${name}_temp_path "${folder}/temp/${name}";`).join('\n')}
  keepalive_requests 1000000000;
  keepalive_timeout 60s;
  upstream application {
    server 127.0.0.1:${application};
    keepalive 256;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://application;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_buffers 8 32k;
    }
  }
}
`,
    },
  })
}
