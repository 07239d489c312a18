/** The shop's pages. A page reads and writes `visit.session`; what is sent and stored is decided in serve.ts. */
import { setTimeout as sleep } from 'node:timers/promises'
import { passwordFits, signIn } from './account.ts'
import { catalogue } from './catalogue.ts'
import { escapeHtml, hidden, layout, link } from './layout.ts'
import { userOf, type Visit } from './visit.ts'

export type Page = {
  status?: number
  type?: string
  body?: string
  location?: string
  /** Content is what a site lets caches keep; everything else is for one person, now. */
  content?: boolean
  setCookie?: string
}

type Handler = (visit: Visit) => Page | Promise<Page>

/** The longest time that the report may be asked to take, in ms. */
const LONGEST_REPORT = 5000

export const pages: Record<string, Handler> = {
  'GET /': home,
  'GET /login': (visit) => loginPage(visit),
  'POST /login': login,
  'GET /cart': cart,
  'POST /cart': addToCart,
  'GET /checkout': (visit) => members(visit) ?? checkoutPage(visit),
  'POST /checkout': (visit) => members(visit) ?? checkout(visit),
  'GET /confirmation': (visit) => members(visit) ?? confirmation(visit),
  'GET /greeting': greeting,
  'POST /greeting': nickname,
  'GET /whoami': whoami,
  'GET /report': report,
}

function html(visit: Visit, title: string, main: string): Page {
  return { body: layout(visit, title, main) }
}

function redirect(visit: Visit, path: string): Page {
  return { status: 303, location: link(visit, path).replaceAll('&amp;', '&') }
}

/** A page for signed-in users only: anybody else is sent to the sign-in form, and comes back from there. */
function members(visit: Visit): Page | undefined {
  if (userOf(visit) !== undefined) return undefined
  return redirect(visit, `/login?next=${encodeURIComponent(visit.url.pathname)}`)
}

function home(visit: Visit): Page {
  const user = userOf(visit)
  const goods = catalogue.map(
    ({ id, name, text, price }) => `<li><img src="/images/${id}.svg" alt="${name}"><div>
<h2>${name}</h2><p>${text}</p>
<form method="post" action="/cart">${hidden(visit)}<input type="hidden" name="item" value="${id}">
<button>${price} · into the basket</button></form></div></li>`,
  )
  const welcome = user ? `<p>Good to see you again, ${escapeHtml(user)}.</p>` : '<p>Come in, the kettle is on.</p>'
  return { ...html(visit, 'Our shelf', `${welcome}<ul class="goods">${goods.join('')}</ul>`), content: true }
}

function loginPage(visit: Visit, wrong = ''): Page {
  const next = visit.url.searchParams.get('next') ?? visit.fields.get('next') ?? '/'
  return html(
    visit,
    'Sign in',
    `${wrong}<form class="panel" method="post" action="/login">${hidden(visit)}
<input type="hidden" name="next" value="${escapeHtml(next)}">
<label>Name <input name="user" autocomplete="username" autofocus></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<button>Sign in</button></form><p>Try alice with wonderland, or bob with builder.</p>`,
  )
}

function login(visit: Visit): Page {
  const user = visit.fields.get('user') ?? ''
  if (!passwordFits(user, visit.fields.get('password') ?? '')) {
    return { ...loginPage(visit, '<p class="wrong">We do not know this name and password.</p>'), status: 401 }
  }
  signIn(visit, user)
  const next = visit.fields.get('next') ?? '/'
  return redirect(visit, /^\/[\w/?=&.-]*$/.test(next) && !next.startsWith('//') ? next : '/')
}

function cart(visit: Visit): Page {
  const items = visit.session.cart.flatMap((id) => catalogue.filter((item) => item.id === id))
  const total = items.reduce((sum, item) => sum + Number(item.price), 0)
  const list = items.map((item) => `<li>${item.name}, ${item.price}</li>`).join('')
  const main = list ? `<ul>${list}</ul><p>Together ${total.toFixed(2)}.</p>` : '<p>Nothing in it yet.</p>'
  return html(visit, 'Your basket', `${main}<p><a href="${link(visit, '/checkout')}">To the checkout</a></p>`)
}

function addToCart(visit: Visit): Page {
  const item = visit.fields.get('item')
  if (catalogue.some(({ id }) => id === item) && visit.session.cart.length < 50) visit.session.cart.push(item!)
  return redirect(visit, '/cart')
}

function checkoutPage(visit: Visit): Page {
  return html(
    visit,
    'Checkout',
    `<form class="panel" method="post" action="/checkout">${hidden(visit)}
<label>Credit card number <input name="card" inputmode="numeric" autocomplete="cc-number" maxlength="24"></label>
<button>Order</button></form>`,
  )
}

function checkout(visit: Visit): Page {
  visit.session.card = (visit.fields.get('card') ?? '').slice(0, 24)
  return redirect(visit, '/confirmation')
}

// Q274149: "a page that lists the information they entered. The credit card may be pulled from a session variable."
function confirmation(visit: Visit): Page {
  const { card } = visit.session
  if (!card) return html(visit, 'No order yet', `<p><a href="${link(visit, '/checkout')}">To the checkout</a></p>`)
  return html(
    visit,
    'Thank you for your order',
    `<div class="panel"><p>${escapeHtml(userOf(visit) ?? '')}, we shall charge this card:</p>
<p class="number">${escapeHtml(card)}</p></div>`,
  )
}

function greeting(visit: Visit): Page {
  const cookie = decode(visit.cookies.get('nickname') ?? '')
  const name = visit.shop.options.reflect ? cookie : escapeHtml(cookie)
  const form = `<form class="panel" method="post" action="/greeting">${hidden(visit)}
<label>What shall we call you? <input name="nickname" maxlength="40"></label><button>Like this</button></form>`
  const signedIn = escapeHtml(userOf(visit) ?? 'a visitor')
  const main = `<p>Hello ${name || 'there'}, you are here as ${signedIn}.</p>${form}`
  return { ...html(visit, 'Hello', main), content: true }
}

function nickname(visit: Visit): Page {
  const name = encodeURIComponent((visit.fields.get('nickname') ?? '').slice(0, 40))
  return { ...redirect(visit, '/greeting'), setCookie: `nickname=${name}; Path=/; Max-Age=31536000` }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function whoami(visit: Visit): Page {
  return { type: 'application/json', body: `${JSON.stringify({ user: userOf(visit) ?? null })}\n` }
}

/** A page that takes its time, and writes into the session at its end: for requests that are still in flight. */
async function report(visit: Visit): Promise<Page> {
  await sleep(Math.min(Math.max(Number(visit.url.searchParams.get('ms')) || 0, 0), LONGEST_REPORT))
  visit.session.reports += 1
  const user = escapeHtml(userOf(visit) ?? 'a visitor')
  return html(visit, 'Report', `<p>Report number ${visit.session.reports} for ${user}.</p>`)
}
