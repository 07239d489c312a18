/**
 * Real servers that serve a folder: nginx, Apache httpd, Tomcat, PHP's own server and Python's. Each listens on as many ports
 * as it has ways to be set up that change how it reads paths.
 */
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { keep, type Program } from '../../examples/aspnet/keep.ts'
import { freePorts } from '../../examples/aspnet/ports.ts'

export type FolderServer = {
  /** A port for each way to be set up, in the order of the kind's `ways`. */
  ports: number[]
  close(): Promise<void>
}

export type Kind = {
  server: 'nginx' | 'apache2' | 'tomcat' | 'php' | 'python3'
  /** What sets one port apart from the next, in the words of the server's own settings. */
  ways: string[]
}

export const kinds: Kind[] = [
  { server: 'nginx', ways: ['merge_slashes on', 'merge_slashes off'] },
  { server: 'apache2', ways: ['AllowEncodedSlashes Off', 'AllowEncodedSlashes On', 'AllowEncodedSlashes NoDecode'] },
  { server: 'tomcat', ways: ['encodedSolidusHandling="reject"', 'encodedSolidusHandling="decode"'] },
  { server: 'php', ways: [''] },
  { server: 'python3', ways: [''] },
]

const PATIENCE = 30_000
const ATTEMPTS = 5

/**
 * Starts one over these files, and resolves when it answers.
 *
 * @param program - where it is (`requireServer`)
 * @param files - contents by path; those that end in .cgi are programs
 * @throws Error with the program's last lines
 */
export async function startFolderServer(
  kind: Kind,
  program: string,
  files: Record<string, string>,
): Promise<FolderServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(kind, program, files)
    } catch (error) {
      // None can be told to take a free port: the one found for it may be taken before it gets there.
      const taken = error instanceof Error && /Address already in use/i.test(error.message)
      if (!taken || attempt === ATTEMPTS) throw error
    }
  }
}

async function startOnce(kind: Kind, program: string, files: Record<string, string>): Promise<FolderServer> {
  const ports = await freePorts(
    '127.0.0.1',
    kind.ways.map(() => 0),
  )
  const folder = await mkdtemp(join(tmpdir(), 'folder-server-'))
  // Where root starts httpd, it goes on as somebody else.
  await chmod(folder, 0o755)
  for (const name of ['site', 'home', 'conf', 'logs', 'temp', 'work']) await mkdir(join(folder, name))
  await writeFiles(join(folder, 'site'), files)
  const toRun: Program = { name: kind.server, ...(await prepare(kind, program, folder, ports)) }
  const env = { PATH: process.env.PATH ?? '', HOME: join(folder, 'home'), LANG: 'C.UTF-8', CATALINA_BASE: folder }
  const kept = keep({ folder, programs: [toRun], env })
  try {
    const failed = kept.gone.then(async ({ reason }) => {
      const log = await readFile(join(folder, `${kind.server}.log`), 'utf8').catch(() => '')
      throw new Error(`${kind.server} ${reason}\n${log.trimEnd()}`)
    })
    failed.catch(() => {})
    await Promise.race([failed, Promise.all(ports.map(answering))])
  } catch (error) {
    await kept.close()
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  return { ports, close: kept.close }
}

async function writeFiles(site: string, files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(site, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
    await chmod(file, path.endsWith('.cgi') ? 0o755 : 0o644)
  }
}

async function prepare(
  { server, ways }: Kind,
  command: string,
  folder: string,
  ports: number[],
): Promise<Omit<Program, 'name'>> {
  const site = join(folder, 'site')
  switch (server) {
    case 'nginx':
      await writeFile(join(folder, 'nginx.conf'), nginxConfiguration(folder, ports, ways))
      return { command, args: ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')] }
    case 'apache2':
      await writeFile(join(folder, 'httpd.conf'), apacheConfiguration(folder, ports, ways))
      return { command, args: ['-d', folder, '-f', join(folder, 'httpd.conf'), '-X'] }
    case 'tomcat':
      await writeFile(join(folder, 'conf/server.xml'), tomcatConfiguration(site, ports, ways))
      await writeFile(join(folder, 'conf/web.xml'), TOMCAT_SERVLETS)
      return { command, args: ['run'] }
    case 'php':
      return { command, args: ['-S', `127.0.0.1:${ports[0]}`, '-t', site] }
    case 'python3':
      return { command, args: ['-m', 'http.server', `${ports[0]}`, '--bind', '127.0.0.1', '--directory', site] }
  }
}

function nginxConfiguration(folder: string, ports: number[], ways: string[]): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `daemon off;
master_process off;
pid "${folder}/nginx.pid";
error_log stderr crit;
events { worker_connections 256; }
http {
  access_log off;
${temporary.map((name) => `  ${name}_temp_path "${folder}/temp/${name}";`).join('\n')}
${ports.map((port, i) => `  server { listen 127.0.0.1:${port}; root "${folder}/site"; ${ways[i]}; }`).join('\n')}
}
`
}

const APACHE_MODULES = ['mpm_prefork', 'authz_core', 'unixd', 'mime', 'negotiation', 'dir', 'cgi']
/** Where httpd's modules are. */
export const MODULE_FOLDERS = ['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules', '/usr/lib/httpd/modules']

function apacheConfiguration(folder: string, ports: number[], ways: string[]): string {
  const modules = MODULE_FOLDERS.find((path) => existsSync(join(path, 'mod_cgi.so')))
  if (modules === undefined) throw new Error(`mod_cgi.so is in none of ${MODULE_FOLDERS.join(', ')}`)
  const load = (name: string) => `<IfModule !${name}_module>
  LoadModule ${name}_module "${modules}/mod_${name}.so"
</IfModule>`
  return `ServerRoot "${folder}"
DefaultRuntimeDir "${folder}"
PidFile "${folder}/apache.pid"
ErrorLog /dev/stderr
LogLevel crit
ServerName 127.0.0.1
User #65534
Group #65534
${APACHE_MODULES.map(load).join('\n')}
${ports.map((port) => `Listen 127.0.0.1:${port}`).join('\n')}
TypesConfig /dev/null
AddType text/plain .txt
AddHandler cgi-script .cgi
<Directory "${folder}/site">
  Options +ExecCGI +MultiViews
  Require all granted
</Directory>
${ports.map((port, i) => `<VirtualHost 127.0.0.1:${port}>\n  DocumentRoot "${folder}/site"\n  ${ways[i]}\n</VirtualHost>`).join('\n')}
`
}

function tomcatConfiguration(site: string, ports: number[], ways: string[]): string {
  const connectors = ports.map((port, i) => `<Connector port="${port}" address="127.0.0.1" ${ways[i]}/>`).join('\n')
  return `<Server port="-1"><Service name="Catalina">
${connectors}
<Engine name="Catalina" defaultHost="localhost"><Host name="localhost" appBase="none" autoDeploy="false">
<Context path="" docBase="${site}"/>
</Host></Engine></Service></Server>
`
}

const TOMCAT_SERVLETS = `<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
<servlet><servlet-name>files</servlet-name><servlet-class>org.apache.catalina.servlets.DefaultServlet</servlet-class></servlet>
<servlet-mapping><servlet-name>files</servlet-name><url-pattern>/</url-pattern></servlet-mapping>
</web-app>
`

/** A port may take connections long before anybody reads from them: Tomcat's does. */
export async function answering(port: number): Promise<void> {
  const end = performance.now() + PATIENCE
  while (performance.now() < end) {
    if (await answers(port, end - performance.now())) return
    await sleep(20)
  }
  throw new Error(`nothing answers on port ${port} after ${PATIENCE / 1000} s`)
}

function answers(port: number, patience: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    const end = (answered: boolean) => {
      socket.destroy()
      resolve(answered)
    }
    socket.setTimeout(Math.max(1, patience), () => end(false))
    socket.once('connect', () => socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'))
    socket.once('data', () => end(true))
    socket.once('error', () => end(false))
    socket.once('close', () => resolve(false))
  })
}
