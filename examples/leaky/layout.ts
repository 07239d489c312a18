/** The frame of every page: head, navigation, foot, and the little script that turns the lights off. */
import { userOf, type Visit } from './visit.ts'

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

/** A link of the shop; F5, `idInLinks`, writes the id into it. */
export function link(visit: Visit, path: string): string {
  if (!visit.shop.options.idInLinks) return path
  return `${path}${path.includes('?') ? '&amp;' : '?'}sid=${visit.session.id}`
}

/** What every form carries: nothing, or F5's hidden field. */
export function hidden(visit: Visit): string {
  return visit.shop.options.idInLinks ? `<input type="hidden" name="sid" value="${visit.session.id}">` : ''
}

export function layout(visit: Visit, title: string, main: string): string {
  const user = userOf(visit)
  const account = user
    ? `<a href="${link(visit, '/greeting')}">${escapeHtml(user)}</a>
      <form method="post" action="/logout">${hidden(visit)}<button class="plain">Sign out</button></form>`
    : `<a href="${link(visit, '/login')}">Sign in</a>`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · The Leaky Teapot</title>
<link rel="icon" href="/images/teapot.svg">
<style>${css}</style>
</head>
<body>
<header>
  <a class="name" href="${link(visit, '/')}"><img src="/images/teapot.svg" alt="" width="44"> The Leaky Teapot</a>
  <nav>
    <a href="${link(visit, '/cart')}">Basket (${visit.session.cart.length})</a>
    ${account}
    <button class="plain" id="lights" title="Light or dark">◐</button>
  </nav>
</header>
<main>
<h1>${title}</h1>
${main}
</main>
<footer>Tea and what belongs to it. Please do not shop here: the shop is meant to be broken into.
${user ? '<a href="/logout">Sign out</a>' : ''}</footer>
<script>${script}</script>
</body>
</html>
`
}

// The theme is the one cookie that page script reads and writes. It has nothing to do with the session.
const script = `
const theme = /(?:^|; )theme=(\\w+)/.exec(document.cookie)
if (theme) document.documentElement.dataset.theme = theme[1]
document.getElementById('lights').onclick = () => {
  const next = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark'
  document.documentElement.dataset.theme = next
  document.cookie = 'theme=' + next + '; path=/; max-age=31536000'
}`

const css = `
:root { --paper: #fbf7ef; --ink: #2d2a26; --line: #e4dccb; --leaf: #4d6b33; --card: #fff; color-scheme: light }
[data-theme=dark] { --paper: #23211e; --ink: #eee7da; --line: #46413a; --leaf: #a9c686; --card: #2d2a26; color-scheme: dark }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 17px/1.5 Georgia, 'Times New Roman', serif }
header { display: flex; justify-content: space-between; align-items: center; flex-wrap: wrap; gap: .5rem 2rem;
  padding: .8rem 6vw; border-bottom: 1px solid var(--line) }
.name { display: flex; align-items: center; gap: .7rem; font-size: 1.35rem; color: inherit; text-decoration: none }
.name img { border-radius: 50% }
nav { display: flex; gap: 1.2rem; align-items: center }
nav form { margin: 0 }
a { color: var(--leaf) }
main { max-width: 62rem; margin: 0 auto; padding: 1rem 6vw 3rem }
h1 { font-weight: normal; font-size: 2rem }
.goods { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1.4rem; padding: 0; list-style: none }
.goods li { background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow: hidden }
.goods img { display: block; width: 100% }
.goods div { padding: .8rem 1rem 1rem }
.goods h2 { margin: 0; font-size: 1.1rem }
.goods p { margin: .2rem 0 .8rem; min-height: 3em }
form.panel, .panel { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.2rem 1.4rem; max-width: 26rem }
label { display: block; margin-bottom: .9rem }
input:not([type=hidden]) { display: block; width: 100%; padding: .5rem .6rem; font: inherit; border: 1px solid var(--line);
  border-radius: 6px; background: var(--paper); color: inherit }
button { padding: .45rem 1rem; font: inherit; color: #fff; background: #4d6b33; border: 0; border-radius: 6px; cursor: pointer }
button.plain { padding: 0; color: var(--leaf); background: none; text-decoration: underline }
.wrong { color: #a3331f }
.number { font: 1.2rem/1.6 ui-monospace, monospace; letter-spacing: .06em }
footer { padding: 1.2rem 6vw; border-top: 1px solid var(--line); font-size: .85rem; opacity: .8 }
`
