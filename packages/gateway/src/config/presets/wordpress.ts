// WordPress, at the root of its host or below a folder.
//
// Cookies end in a hash of the site's address. `wordpress_logged_in_*` says who is there and is set by every sign-in, in
// the window that opens over an expired page too (which answers 200 instead of 302); signing out, a link with a nonce,
// deletes it. wp-login.php takes other forms as well (lost passwords, protected posts): they have no field `log`.
//
// The user is what was typed: WordPress takes an e-mail address for a name.

import type { Preset } from './preset.ts'

export const wordpress: Preset = {
  name: 'wordpress',
  description: 'WordPress',
  authCookies: ['wordpress_logged_in_*'],
  sessionCookies: ['wordpress_sec_*', 'wordpress_*'],
  expose: [],
  server: 'apache',
  ignoreUserCase: true,
  login: {
    method: 'POST',
    path: '/**/wp-login.php',
    user: { field: 'log' },
    success: { setsCookie: 'wordpress_logged_in_*' },
  },
  logout: [],
}
