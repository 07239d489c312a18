/** The configuration of Varnish: a program in VCL, of which what is not written is built in. */

/** What an administrator adds to the program. Nothing: the cache as the documentation has it. */
export type VarnishMistakes = {
  /** Statements of `vcl_recv`: what is looked up. */
  recv?: string[]
  /** Statements of `vcl_backend_response`: what is kept. */
  response?: string[]
}

export function varnishProgram(upstream: string, { recv = [], response = [] }: VarnishMistakes): string {
  const { hostname, port } = new URL(upstream)
  const lines = (all: string[]) => all.map((line) => `  ${line}`).join('\n')
  return `vcl 4.1;
backend site {
  .host = "${hostname}";
  .port = "${port}";
}
sub vcl_recv {
${lines(recv)}
}
sub vcl_backend_response {
${lines(response)}
}
sub vcl_deliver {
  if (obj.hits > 0) {
    set resp.http.X-Cache = "HIT";
  } else {
    set resp.http.X-Cache = "MISS";
  }
}
`
}
