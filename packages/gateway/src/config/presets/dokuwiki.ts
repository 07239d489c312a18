// DokuWiki, at the root of its host or below a folder.
//
// One address takes every form, the sign-in among them: whatever has the field `u` is one, and nothing else (`do` says what
// is shown, not who signs in). So a member who changes his password gets his new ticket and stays who he is. Success sets the ticket,
// `DW` and a hash of the wiki's path, from which DokuWiki signs its owner in again whenever the session is gone; so the
// ticket is the sign-in, and its deletion the sign-out (which is a link with a token, and no address of its own).
//
// DOKU_PREFS (the editor's size and the like) is written and read by page scripts.

import type { Preset } from './preset.ts'

export const dokuwiki: Preset = {
  name: 'dokuwiki',
  description: 'DokuWiki',
  authCookies: ['DW*'],
  sessionCookies: ['DokuWiki'],
  expose: ['DOKU_PREFS'],
  server: 'apache',
  ignoreUserCase: true,
  login: {
    method: 'POST',
    path: '/**/doku.php',
    form: { u: '*' },
    user: { field: 'u' },
    success: { setsCookie: 'DW*' },
  },
  logout: [],
}
