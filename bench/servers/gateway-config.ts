/** What the gateway is told, however many processes it is: one application, whose sign-in it knows. */
export function gatewayConfig(application: string, store: string): string {
  return `
listen: ['http://127.0.0.1:0']
store: '${store}'
sites:
  - upstream: http://127.0.0.1:${application}
    login: { path: /sign-in, success: { setsCookie: app-session } }
`
}
