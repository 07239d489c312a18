// The table of servers: what each makes of a path. A new one is a file beside this and a line here. Those that run on Debian
// are asked themselves whether the table is true (`../servers.test.ts`).

import { any } from './any.ts'
import { apache } from './apache.ts'
import { iis } from './iis.ts'
import { nginx } from './nginx.ts'
import { node } from './node.ts'
import type { Server } from './server.ts'
import { tomcat } from './tomcat.ts'
import { wsgi } from './wsgi.ts'

export type { Server } from './server.ts'

export const servers = { any, iis, tomcat, apache, nginx, node, wsgi } as const satisfies Record<string, Server>

export type ServerName = keyof typeof servers

export const serverNames = Object.keys(servers) as [ServerName, ...ServerName[]]
