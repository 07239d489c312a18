// Path patterns.

import { expectRefused, inSite } from './expect.ts'

expectRefused([
  [
    'a public path without slash',
    inSite('public: [images/*]'),
    3,
    'sites[0].public[0]',
    /begin with "\/"/,
    /\/images\/\*/,
  ],
  ['a public URL', inSite('public: [https://a/img/*]'), 3, 'sites[0].public[0]', /is a URL/, /\/img\/\*/],
  [
    'a pattern by suffix',
    inSite('public: [/*.png]'),
    3,
    'sites[0].public[0]',
    /"\*" inside a segment/,
    /account.aspx\/x.png/,
  ],
  ['two asterisks', inSite('public: [/a/**]'), 3, 'sites[0].public[0]', /"\*" inside/, /at the end/],
  ['a public query', inSite("public: ['/a?b=1']"), 3, 'sites[0].public[0]', /a query/, /alone: \/a/],
  ['a public backslash', inSite("public: ['/a\\b']"), 3, 'sites[0].public[0]', /backslash/, /write \/a\/b/],
  ['a public dot segment', inSite('public: [/a/../b]'), 3, 'sites[0].public[0]', /dot segment/, /write \/b/],
  ['a dot segment, escaped', inSite('public: [/a/%2e%2E/b]'), 3, 'sites[0].public[0]', /dot segment/, /write \/b/],
  ['a public empty segment', inSite('public: [/a//b]'), 3, 'sites[0].public[0]', /empty segment/, /write \/a\/b/],
  ['a public space', inSite("public: ['/a b']"), 3, 'sites[0].public[0]', /a space/, /%20/],
  ['a broken escape', inSite('public: [/100%]'), 3, 'sites[0].public[0]', /broken escape/, /%25/],
  [
    'E9: a public sign-in',
    inSite('public: [/*]\nlogin: { path: /in, success: { location: /a } }'),
    3,
    'sites[0].public[0]',
    /covers \/in/,
    /narrower/,
  ],
  [
    "E9: the preset's sign-out public",
    inSite('preset: aspnet\npublic: [/a, /LOGOUT.aspx]'),
    4,
    'sites[0].public[1]',
    /covers \/Logout.aspx/,
    /narrower/,
  ],
])
