// What strangers send is shown and does nothing: no script, no request to elsewhere, no name of ours taken. And addresses
// and bodies that are of no use are refused with a sentence.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { connect, FOLDER, Person } from './snac.mjs'
import { freePort, House, launch, noFaults, until, visitor, word } from './support.mjs'
import { VECTORS } from './vectors.mjs'

const escape = text => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

function feed(address) {
  const items = VECTORS.map((vector, n) => `<item><guid>${address}/${n}</guid><link>${address}/${n}</link><title>${escape(`Vector ${n} ${vector}`)}</title><pubDate>${new Date().toUTCString()}</pubDate><description>${escape(`<p>before ${n}</p>${vector}<p>after ${n}</p>`)}</description></item>`)
  return `<?xml version="1.0"?><rss version="2.0"><channel><title>${escape(`<img src=x onerror=alert(1)> Evil & co`)}</title><link>${address}</link><description>x</description>${items.join('')}</channel></rss>`
}

let browser, house, page, server, address
before(async () => {
  const port = await freePort()
  address = `http://127.0.0.1:${port}`
  server = createServer((request, answer) => { answer.setHeader('content-type', 'application/rss+xml'); answer.end(feed(address)) }).listen(port, '127.0.0.1')
  browser = await launch()
  house = await House.open({ allow: `127.0.0.1:${port},127.0.0.2` })
  page = await visitor(browser, house.base)
  await house.setUp(page)
})
after(async () => { await browser?.close(); await house?.close(); server?.close() })

async function tryFeed(typed) {
  await page.goto(`${house.base}/channels/new`)
  const form = page.locator('form[action="/channels/new/feed"]')
  await form.locator('[name=address]').fill(typed)
  await form.getByRole('button').click()
}

for (const typed of ['http://10.0.0.1/feed', 'http://127.0.0.9/feed', 'http://[::1]/feed', 'http://169.254.169.254/latest/meta-data', 'http://localhost/feed', 'http://0x7f000001/feed', 'http://2130706433/feed', 'http://[::ffff:10.0.0.1]/feed', 'file:///etc/passwd', 'http://user:password@10.0.0.1/feed']) {
  test(`the address ${typed} is refused with a sentence`, async () => {
    await tryFeed(typed)
    const said = await page.getByRole('alert').textContent()
    assert.match(said, /\S+ \S+ \S+/)
    assert.equal(await page.locator('form[action="/channels/new/feed"] [name=address]').inputValue(), typed, 'what was typed is still there')
  })
}

/** The addresses of a list's conversations, on all of its pages. */
async function conversations(list) {
  const places = new Set()
  for (let more = list; more;) {
    await page.goto(more)
    for (const href of await page.locator('[data-row]').evaluateAll(all => all.map(it => it.origin + it.pathname))) places.add(href)
    const next = page.locator('nav.pages a', { hasText: 'More' })
    more = await next.count() ? await next.evaluate(it => it.href) : null
  }
  return places
}

/** Waits until so many conversations are in a list: they come in whatever order their servers please. */
const arrive = (list, count) => until(`${count} conversations are in the list`, async () => (await conversations(list)).size === count, 120)

/** What is wrong with the conversations of a list. */
async function lookThrough(list) {
  const bad = []
  for (const place of await conversations(list)) {
    await page.goto(place)
    const thread = page.locator('[data-region=thread]')
    await thread.locator('.tx').first().waitFor()
    bad.push(...await thread.evaluate(it => [...it.querySelectorAll('.tx script, .tx style, .tx iframe, .tx object, .tx embed, .tx form, .tx input, .tx button, .tx svg, .tx math, .tx img, .tx [id], .tx [class], .tx [style], .tx [onclick], .tx [onerror], .tx [data-key], .tx [data-row]')].map(bad => bad.outerHTML)))
    bad.push(...await thread.locator('.tx a[href]').evaluateAll(all => all.filter(it => !/^https?:$/.test(it.protocol)).map(it => it.outerHTML)))
  }
  return bad
}

test('hostile articles are shown and nothing of them runs', async () => {
  page.faults.length = 0
  await tryFeed(`${address}/feed`)
  await page.waitForURL(/\/channels\/[0-9a-f-]{36}$/)
  await arrive(`${house.base}/inbox?state=all`, VECTORS.length)
  assert.deepEqual(await lookThrough(`${house.base}/inbox?state=all`), [])
  noFaults(page)
})

test('hostile posts that come over a real network are shown and nothing of them runs', { skip: FOLDER ? false : 'PARVIS_TEST_SNAC2 is not set: no server to talk to' }, async () => {
  await connect(house, page)
  // The network's own sign-in page is somebody else's.
  page.faults.length = 0
  const customer = await Person.enter('a', 'customer')
  const mark = word()
  for (const [n, vector] of VECTORS.entries()) {
    const { content } = await customer.post(`@brand ${mark} before ${n} ${vector} after ${n}`)
    // This server passes HTML on as it is typed: that is what makes it worth asking.
    if (n === 0) assert.ok(content.includes(vector), content)
    // It pages no notifications, so no more is posted than one look shows.
    if (n % 15 === 14 || n === VECTORS.length - 1) await arrive(`${house.base}/inbox?q=${mark}`, n + 1)
  }
  assert.deepEqual(await lookThrough(`${house.base}/inbox?q=${mark}`), [])
  noFaults(page)
})

/** What the server answers to bytes that no browser sends. */
const raw = (path, headers, body) => page.request.fetch(house.base + path, { method: 'POST', headers: { origin: house.base, ...headers }, data: body, maxRedirects: 0 })

for (const [name, headers, body] of [
  ['invalid UTF-8', { 'content-type': 'application/x-www-form-urlencoded' }, Buffer.from('email=%ff%fe&password=%c3%28')],
  ['raw bytes', { 'content-type': 'application/x-www-form-urlencoded' }, Buffer.from([0xff, 0xfe, 0, 1, 2])],
  ['a huge body', { 'content-type': 'application/x-www-form-urlencoded' }, Buffer.alloc(2_000_000, 'a')],
  ['deep JSON', { 'content-type': 'application/json' }, Buffer.from('['.repeat(200_000))],
]) {
  test(`${name} is answered by a page that says what is wrong`, async () => {
    const answer = await raw('/login', headers, body)
    assert.ok(answer.status() >= 400 && answer.status() < 500, `it answered ${answer.status()}`)
    assert.match(await answer.text(), /<h1|<title/)
  })
}
