// A morning's work on the demonstration: nobody loses their place, their words or the focus, whatever they press and on
// whichever screen; and what is pressed twice is done once.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Demo, findings, launch, noFaults, until, visitor, word } from './support.mjs'

let browser, demo, cookies
before(async () => {
  browser = await launch()
  demo = await Demo.open('en')
  const guest = await visitor(browser, demo.base)
  await guest.goto(demo.link)
  await guest.locator('form button').first().click()
  await guest.waitForURL(url => !url.pathname.startsWith('/link'))
  cookies = await guest.context().cookies()
  await guest.context().close()
})
after(async () => { await browser?.close(); await demo?.close() })

async function signed(options = {}) {
  const page = await visitor(browser, demo.base, options)
  await page.context().addCookies(cookies)
  return page
}

const rows = page => page.locator('[data-row]').evaluateAll(all => all.map(it => it.dataset.k))
const open = page => page.locator('[data-conversation]').getAttribute('data-conversation')
const focused = page => page.evaluate(() => document.activeElement?.dataset.k)
const toast = (page, text) => until(`the toast says “${text}”`, async () => (await page.locator('.toast').first().textContent()).includes(text), 20)

/** Where a message goes that nobody sends: the conversation is open, its answer is written. */
async function write(page, text) {
  await page.locator('#text').fill(text)
  await page.locator('#text').press('Control+Enter')
}

describe('the list', () => {
  let page
  before(async () => { page = await signed(); await page.goto(`${demo.base}/inbox?state=all&order=newest`) })
  after(() => page?.context().close())

  test('it goes on below what is there, with the focus on the first that came', async () => {
    const first = await rows(page)
    assert.equal(first.length, 50)
    await page.evaluate(() => { globalThis.unreloaded = true })
    await page.locator('[data-more]').click()
    await until('a hundred are there', async () => (await rows(page)).length === 100)
    const both = await rows(page)
    assert.equal(new Set(both).size, 100)
    await until('the first that came has the focus', async () => await focused(page) === (await rows(page))[50])
    assert.equal(await page.evaluate(() => globalThis.unreloaded), true)
    assert.deepEqual(await findings(page), [])
  })

  test('a conversation far below opens beside the list, which stays as it was', async () => {
    const id = (await rows(page))[80]
    await page.locator(`[data-row][data-k="${id}"]`).click()
    await page.locator(`[data-conversation="${id}"]`).waitFor()
    assert.equal((await rows(page)).length, 100)
    await page.reload()
    assert.equal(await page.locator('[data-row][aria-current]').getAttribute('data-k'), id)
    assert.ok((await rows(page)).length > 50)
    noFaults(page)
  })

  test('without scripts it goes on, too, at the first that came', async () => {
    const plain = await signed({ javaScriptEnabled: false })
    await plain.goto(`${demo.base}/inbox?state=all&order=newest`)
    await plain.locator('[data-more]').click()
    // Waits for the whole page: without scripts the rows come one by one, and counting them early finds fewer.
    await plain.waitForURL(url => url.hash === '#suite')
    assert.equal(await plain.locator('[data-row]').count(), 100)
    assert.equal(await plain.locator('#suite').count(), 1)
    await plain.context().close()
  })
})

describe('the keyboard', () => {
  let page
  before(async () => { page = await signed(); await page.goto(`${demo.base}/inbox`); await page.locator('[data-row]').nth(3).click(); await page.locator('[data-conversation]').waitFor() })
  after(() => page?.context().close())

  test('after an answer that closes, the next conversation is open and its row has the focus, not its field', async () => {
    const id = await open(page), text = `First answer ${word()}`
    await write(page, text)
    await until('another one is open', async () => await open(page) !== id)
    await until('its row has the focus', async () => await focused(page) === await open(page))
    assert.doesNotMatch(await page.locator('#text').inputValue(), /First answer/)
    await page.keyboard.press('u')
    await page.locator(`[data-conversation="${id}"]`).waitFor()
    await until('the text is a draft again', async () => await page.locator('#text').inputValue() === text)
  })

  test('after closing and snoozing, j goes on from the row of what is open', async () => {
    for (const act of [() => page.keyboard.press('e'), async () => { await page.keyboard.press('z'); await page.keyboard.press('Enter') }]) {
      const id = await open(page)
      await act()
      await until('another one is open', async () => await open(page) !== id)
      await until('its row has the focus', async () => await focused(page) === await open(page))
      const [all, at] = [await rows(page), await open(page)]
      await page.keyboard.press('j')
      await page.locator(`[data-conversation="${all[all.indexOf(at) + 1]}"]`).waitFor()
    }
  })

  test('a tag gives the focus back to its menu', async () => {
    await page.keyboard.press('#')
    await page.keyboard.type(`tag ${word()}`)
    await page.keyboard.press('Enter')
    await toast(page, 'Undo')
    await until('the menu has the focus', () => page.evaluate(() => document.activeElement?.matches('summary[data-key="#"]')))
  })

  test('/ goes to the search of the whole history', async () => {
    await page.keyboard.press('/')
    await until('the search has the focus', () => page.evaluate(() => document.activeElement?.id === 'q'))
    await page.keyboard.press('Escape')
    noFaults(page)
  })
})

test('an answer that is sent twice at once is given once, and no draft of it stays', async () => {
  const page = await signed({ javaScriptEnabled: false }), text = `Only once ${word()}`
  await page.goto(`${demo.base}/inbox`)
  await page.locator('[data-row]').nth(5).click()
  const form = await page.locator('.compose form').evaluate(it => ({ action: it.action, key: it.elements.key.value, mode: it.elements.mode.value, seen: it.elements.seen?.value ?? '' }))
  const send = () => page.request.post(form.action, { headers: { origin: demo.base }, maxRedirects: 0, multipart: { key: form.key, mode: form.mode, seen: form.seen, text } })
  const answers = await Promise.all([send(), send()])
  assert.deepEqual(answers.map(it => it.status()), [303, 303])
  await page.reload()
  assert.equal(await page.locator('article.us', { hasText: text }).count(), 1)
  assert.equal(await page.locator('#text').inputValue(), '')
  await page.context().close()
})

describe('on the phone', () => {
  let page
  before(async () => { page = await signed({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }); await page.goto(`${demo.base}/inbox`) })
  after(() => page?.context().close())
  const wide = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)

  test('the last word of a conversation is in view above the field', async () => {
    const place = await page.locator('[data-row]').first().getAttribute('href')
    await page.goto(demo.base + place)
    const last = page.locator('article.msg').last(), field = page.locator('.compose')
    await until('it is in view', async () => {
      const [word, below] = [await last.boundingBox(), await field.boundingBox()]
      return word.y + word.height <= below.y + 1 && word.y + word.height > 0
    }, 20)
    assert.ok(await wide() <= 0)
  })

  test('whoever comes back finds the list where it was left', async () => {
    await page.goto(`${demo.base}/inbox`)
    const row = page.locator('[data-row]').nth(11), id = await row.getAttribute('data-k')
    await row.scrollIntoViewIfNeeded()
    const left = await page.evaluate(() => scrollY)
    assert.ok(left > 500)
    await row.click()
    await page.locator(`[data-conversation="${id}"]`).waitFor()
    await page.locator('.backlink').click()
    await page.locator('[data-conversation]').waitFor({ state: 'detached' })
    assert.equal(await page.evaluate(() => scrollY), left)
    assert.equal(await focused(page), id)
  })

  test('menus and toasts are whole and cover no field', async () => {
    await page.locator('[data-row]').nth(8).click()
    await page.locator('[data-conversation]').waitFor()
    await page.locator('summary[data-key="z"]').click()
    const menu = page.locator('details[open] .pop')
    const inside = await menu.evaluate(it => [...it.querySelectorAll('button, input')].every(field => {
      const box = field.getBoundingClientRect(), top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
      return box.left >= 0 && box.right <= innerWidth && field.contains(top)
    }))
    assert.ok(inside, 'something lies over the menu')
    await page.locator('summary[data-key="z"]').click()
    await page.locator('[data-key="a"]').click()
    const box = await page.locator('.toast').first().boundingBox()
    assert.ok(box.x >= 0 && box.x + box.width <= 360 && box.y + box.height < (await page.locator('.compose').boundingBox()).y)
    assert.ok(await wide() <= 0)
    noFaults(page)
  })
})

test('what is refused whole says so and leaves the page and its words as they were', async () => {
  const page = await signed(), text = `Half an answer ${word()}`
  await page.goto(`${demo.base}/inbox`)
  await page.locator('[data-row]').first().click()
  await page.locator('#text').fill(text)
  await page.locator('summary[data-key="#"]').click()
  const field = page.locator('form[action*="/tag"] [name=name]')
  await field.evaluate(it => { it.value = 'far too long '.repeat(45_000) })
  await field.press('Enter')
  await page.getByRole('alert').filter({ hasText: 'larger than Parvis takes' }).waitFor()
  assert.equal(await page.locator('#text').inputValue(), text)
  assert.match(new URL(page.url()).pathname, /^\/inbox/)
  page.faults = page.faults.filter(fault => !fault.includes('413'))
  noFaults(page)
  await page.context().close()
})

test('a server that is away is said on the page until it is back', async () => {
  const page = await signed()
  await page.goto(`${demo.base}/inbox`)
  const band = page.locator('[data-lost]')
  await page.locator('[data-live]:not(.off)').waitFor()
  assert.ok(await band.isHidden())
  await page.context().setOffline(true)
  // Chromium keeps an open stream when it goes offline; a page that begins anew has to ask for one.
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
  await band.waitFor({ timeout: 40_000 })
  await page.context().setOffline(false)
  await band.getByRole('button').click()
  await band.waitFor({ state: 'hidden' })
  await page.context().close()
})

test('whoever goes through the list faster than the server answers arrives where they stopped', async () => {
  const page = await signed()
  await page.goto(`${demo.base}/inbox`)
  await page.locator('[data-row]').first().click()
  await page.locator('[data-conversation]').waitFor()
  const all = await rows(page)
  // The first step takes longest: its page comes last.
  let wait = 1500, came = 0
  const opens = url => /^\/inbox\/[0-9a-f-]{36}$/.test(new URL(url).pathname)
  page.on('response', answer => { if (opens(answer.url())) came += 1 })
  await page.route(url => opens(url), async route => {
    wait -= 500
    await new Promise(resolve => setTimeout(resolve, Math.max(0, wait)))
    await route.continue()
  })
  for (let step = 0; step < 3; step += 1) await page.keyboard.press('j')
  await page.locator(`[data-conversation="${all[3]}"]`).waitFor()
  await until('every page has come', () => came >= 3)
  assert.equal(await open(page), all[3])
  assert.equal(await focused(page), all[3])
  await page.context().close()
})
