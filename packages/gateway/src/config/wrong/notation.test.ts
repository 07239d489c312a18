// What is not YAML, or not a map of known keys.

import { expectRefused, inSite, site } from './expect.ts'

expectRefused([
  ['nothing at all', '', 1, '', /file is empty/, /sites: \[/],
  ['a list', '- a', 1, '', /file is a list, not a map/, /sites: \[/],
  ['a bare word', 'upstream', 1, '', /file is text, not a map/, /sites: \[/],
  ['a tab for indentation', 'sites:\n\t- upstream: http://a:1', 2, '', /a tab/, /indent with spaces/],
  ['a key twice', `store: 'memory:'\n${site}\nstore: 'memory:'`, 3, '', /stands twice/, /keep one/],
  ['an open bracket', 'sites: [{ upstream: http://a:1 }\n', 2, '', /end with a \]/, /close the bracket|missing/],
  ['an open quote', 'store: "memory:\n', 2, '', /closing "quote/, /add the missing/],
  [
    'wrong indentation',
    'sites:\n  - upstream: http://a:1\n     hosts: [a]',
    2,
    '',
    /[Nn]ested mappings/,
    /indentation/,
  ],
  [
    'a line that is indented too little, told once',
    'sites:\n  - upstream: http://a:1\n   hosts: [a]\n    public: [/a]',
    3,
    '',
    /not indented like/,
    /like the lines around/,
  ],
  [
    'a tab among spaces, told once',
    'sites:\n  - upstream: http://a:1\n\thosts: [a]\n    public: [/a]',
    3,
    '',
    /a tab/,
    /with spaces/,
  ],
  ['a wildcard without quotes', inSite('hosts: [*.example.test]'), 3, '', /alias \*.example.test/, /quotes: '\*/],
  ['text that ends with a colon', 'store: memory: # or so', 1, '', /ends with a colon/, /write memory, without/],
  ['other text that does', 'store: sqlite:\nsites: []', 1, '', /ends with a colon/, /quotes: 'sqlite:'/],
  ['a reserved character', 'store: @x', 1, '', /reserved character @/, /quotes/],
  ['a tag', 'store: !env STORE', 1, '', /Unresolved tag: !env/, /remove the tag/],
  ['a map for a key', '? [1]\n: 2', 1, '', /not a word/, /key: value/],
  ['two documents', `${site}\n---\n${site}`, 2, '', /second YAML document/, /remove the line/],
  ['a merge key', `<<: {}\n${site}`, 1, '<<', /not a key/, /remove it; known are listen/],
  ['the prototype', `__proto__: { store: x }\n${site}`, 1, '__proto__', /not a key/, /remove it/],
])
