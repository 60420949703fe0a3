// Every page of the demonstration, light, dark and on the phone, in French and English: accessible, without an error of its
// own, within the width of the phone, reached by fingers; by the keyboard alone; and without scripts.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Demo, findings, House, launch, noFaults, shoot, until, visitor } from './support.mjs'

const LOOKS = {
  light: {},
  dark: { colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
}

let browser, demo, house, cookies
/** Pages of a house that was set up just now: its administrator's, and the empty ones. */
const bare = { calm: '/inbox', begin: '/', unconnected: '/channels', connect: '/channels/new', invite: '/organisation/invite', journal: '/organisation/journal', team: '/organisation' }
/** Pages of the demonstration: those that carry an id are found by the links that lead to them. */
const pages = { today: '/', inbox: '/inbox', search: '/inbox?q=zzzzz', listen: '/listen', watch: '/listen/new', channels: '/channels', organisation: '/organisation', settings: '/settings', keys: '/keys', missing: '/no-such-page' }

// One jar each: the browser would send the cookies of one to the other, since only their ports differ.
let keys
before(async () => {
  browser = await launch()
  demo = await Demo.open()
  const guest = await visitor(browser, demo.base)
  await guest.goto(demo.link)
  await guest.locator('form button').first().click()
  await guest.waitForURL(url => !url.pathname.startsWith('/link'))
  const first = async (page, place, selector) => { await page.goto(place); return page.locator(selector).first().getAttribute('href') }
  pages.conversation = await first(guest, `${demo.base}/inbox`, '[data-row]')
  pages.channel = await first(guest, `${demo.base}/channels`, 'main a[href^="/channels/"]')
  pages.colleague = await first(guest, `${demo.base}/organisation`, 'main a[href^="/organisation/colleagues/"]')
  cookies = await guest.context().cookies()
  house = await House.open()
  const boss = await visitor(browser, house.base)
  await boss.goto(house.setup)
  assert.deepEqual(await findings(boss), [])
  await shoot(boss, 'setup')
  await house.setUp(boss)
  bare.desk = await first(boss, `${house.base}/organisation`, 'main a[href^="/organisation/desks/"]')
  keys = await boss.context().cookies()
  await guest.context().close()
  await boss.context().close()
})
after(async () => { await browser?.close(); await demo?.close(); await house?.close() })

async function signed(options = {}, jar = cookies) {
  const page = await visitor(browser, jar === cookies ? demo.base : house.base, options)
  await page.context().addCookies(jar)
  return page
}

/** What can't be touched: links and controls under 44 × 44 pixels, but for links within a sentence. */
const small = page => page.evaluate(() => [...document.querySelectorAll('a[href], button, summary, select, textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=file])')]
  .filter(it => it.checkVisibility() && !it.closest('[hidden], .sr, .skip, [inert]'))
  .filter(it => !(it.tagName === 'A' && getComputedStyle(it).display === 'inline'))
  .map(it => ({ it, box: it.getBoundingClientRect() }))
  .filter(({ box }) => box.width > 0 && box.right > 0 && (box.width < 43.5 || box.height < 43.5))
  .map(({ it, box }) => `${it.outerHTML.slice(0, 120)} is ${Math.round(box.width)} × ${Math.round(box.height)}`))

/** Everything wrong with a page, a line each. */
async function inspect(page, name, address, look, language) {
  page.faults.length = 0
  const answer = await page.goto(address)
  await page.evaluate(() => document.fonts.ready)
  await shoot(page, `${name}-${look}-${language}`)
  const found = await findings(page)
  if ((answer.status() === 200) === (name === 'missing')) found.push(`it answered ${answer.status()}`)
  const lang = await page.getAttribute('html', 'lang')
  // In the house that was set up its administrator has chosen.
  if (lang !== (address.startsWith(house.base) ? 'en' : language)) found.push(`it speaks ${lang}`)
  if (look === 'phone') {
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (over > 0) found.push(`it is ${over} pixels wider than the phone`)
    if (language === 'fr') found.push(...await small(page))
  }
  return [...found, ...page.faults.filter(fault => !(name === 'missing' && fault.includes('404')))]
}

for (const [language, locale] of [['fr', 'fr-FR'], ['en', 'en-GB']]) {
  for (const [look, options] of Object.entries(LOOKS)) {
    test(`every page is accessible and sound: ${language}, ${look}`, async () => {
      const wrong = []
      for (const [base, jar, all] of [[demo.base, cookies, pages], [house.base, keys, bare]]) {
        const page = await signed({ ...options, locale }, jar)
        for (const [name, place] of Object.entries(all)) wrong.push(...(await inspect(page, name, base + place, look, language)).map(it => `${name}: ${it}`))
        await page.context().close()
      }
      const stranger = await visitor(browser, demo.base, { ...options, locale })
      wrong.push(...(await inspect(stranger, 'login', `${demo.base}/login`, look, language)).map(it => `login: ${it}`))
      await stranger.context().close()
      assert.deepEqual(wrong, [])
    })
  }
}

test('two browsers in two languages leave each other in peace', async () => {
  const [french, english] = [await signed({ locale: 'fr-FR' }), await signed()]
  for (const page of [french, english]) await page.goto(`${demo.base}/inbox`)
  // What is on the French screen is asked for anew while all is told in English, and the other way round.
  for (const [page, language] of [[french, 'fr'], [english, 'en']]) {
    const answer = page.waitForResponse(it => new URL(it.url()).pathname === '/inbox')
    await page.evaluate(() => document.dispatchEvent(new Event('parvis:refresh')))
    assert.equal((await answer).status(), 200)
    assert.equal(await page.getAttribute('html', 'lang'), language)
    await page.context().close()
  }
})

describe('the keyboard alone', () => {
  let page
  before(async () => { page = await signed(); await page.goto(`${demo.base}/inbox`) })
  after(() => page?.context().close())
  const current = () => page.evaluate(() => document.activeElement?.dataset.k)
  const open = () => page.locator('[data-conversation]').getAttribute('data-conversation')

  test('j, k and Enter go through the list and open a conversation', async () => {
    await page.locator('[data-row]').nth(2).waitFor()
    const rows = await page.locator('[data-row]').evaluateAll(all => all.map(it => it.dataset.k))
    await page.keyboard.press('j')
    await until('a row has the focus', async () => rows.includes(await current()))
    const from = rows.indexOf(await current())
    await page.keyboard.press('j')
    assert.equal(await current(), rows[from + 1])
    await page.keyboard.press('k')
    assert.equal(await current(), rows[from])
    await page.keyboard.press('Enter')
    await page.locator(`[data-conversation="${rows[from]}"]`).waitFor()
  })

  test('r goes into the answer, Escape leaves it, n goes into the note', async () => {
    await page.keyboard.press('r')
    await until('the answer has the focus', () => page.evaluate(() => document.activeElement?.id === 'text'))
    await page.keyboard.press('Escape')
    await until('it has left', () => page.evaluate(() => document.activeElement?.id !== 'text'))
    await page.keyboard.press('n')
    await page.locator('[data-compose=note]').waitFor()
    await until('the note has the focus', () => page.evaluate(() => document.activeElement?.id === 'text'))
    await page.keyboard.press('Escape')
  })

  for (const [key, name] of [['t', 'hand over'], ['z', 'snooze'], ['#', 'tag']]) {
    test(`${key} opens the menu to ${name} with the focus in it, Escape closes it`, async () => {
      await page.keyboard.press(key)
      const menu = page.locator('details.menu[open]')
      await menu.waitFor()
      assert.ok(await menu.evaluate(it => it.contains(document.activeElement)))
      await page.keyboard.press('Escape')
      await menu.waitFor({ state: 'detached' })
    })
  }

  test('a takes the conversation, e closes it, u takes that back', async () => {
    const id = await open()
    await page.evaluate(() => document.activeElement.blur())
    await page.keyboard.press('a')
    await page.locator('.toast').first().waitFor()
    await page.goto(`${demo.base}/inbox/${id}`)
    await page.keyboard.press('e')
    await until('the toast says that it is closed', async () => /closed/i.test(await page.locator('.toast').first().textContent()))
    await page.keyboard.press('u')
    await until('the toast says that it is undone', async () => /undone/i.test(await page.locator('.toast').first().textContent()))
    await page.goto(`${demo.base}/inbox/${id}`)
    await page.getByRole('button', { name: /^Close/ }).waitFor()
  })

  test('F6 goes from pane to pane', async () => {
    const pane = () => page.evaluate(() => document.activeElement?.closest('[data-pane]')?.className)
    await page.keyboard.press('F6')
    const first = await pane()
    assert.ok(first)
    await page.keyboard.press('F6')
    assert.notEqual(await pane(), first)
  })

  test('? shows the sheet of keys, Ctrl K searches and acts', async () => {
    await page.keyboard.press('?')
    await page.locator('dialog.sheet').waitFor()
    assert.deepEqual(await findings(page), [])
    await page.keyboard.press('Escape')
    await page.locator('dialog.sheet').waitFor({ state: 'detached' })
    await page.keyboard.press('Control+k')
    await page.locator('dialog.palette [role=option]').first().waitFor()
    assert.deepEqual(await findings(page), [])
    await shoot(page, 'palette')
    await page.keyboard.type('channels')
    await until('the channels are chosen', async () => {
      if (await page.locator('dialog.palette [aria-selected=true]', { hasText: /^\s*Channels\s*$/ }).count()) return true
      await page.keyboard.press('ArrowDown')
      return false
    }, 20)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/channels')
    noFaults(page)
  })
})

describe('without scripts', () => {
  let page
  before(async () => { page = await signed({ javaScriptEnabled: false }); await page.goto(`${demo.base}/inbox`) })
  after(() => page?.context().close())

  test('a conversation is opened, noted upon, closed and reopened by forms', async () => {
    await page.locator('[data-row]').first().click()
    const place = new URL(page.url()).pathname
    await page.goto(`${demo.base}${place}?mode=note`)
    await page.locator('#text').fill('A note without a script')
    await page.locator('[data-compose=note] .ct button').click()
    await page.locator('article.int', { hasText: 'A note without a script' }).last().waitFor()
    await page.goto(demo.base + place)
    await page.getByRole('button', { name: /^Close/ }).click()
    await page.goto(demo.base + place)
    await page.getByRole('button', { name: 'Reopen' }).click()
    await page.goto(demo.base + place)
    await page.getByRole('button', { name: /^Close/ }).waitFor()
  })

  test('an answer is held, and taken back by a form', async () => {
    await page.goto(`${demo.base}/inbox`)
    await page.locator('[data-row]').first().click()
    await page.locator('#text').fill('An answer without a script')
    await page.locator('.ct button:not([name])').first().click()
    const held = page.locator('article.msg', { hasText: 'An answer without a script' })
    await held.getByRole('button', { name: 'Undo' }).click()
    await until('it is taken back', async () => (await page.locator('#text').inputValue()).includes('An answer without a script'))
  })
})

test('nothing moves for those who asked for less motion', async () => {
  const page = await signed({ reducedMotion: 'reduce' })
  await page.goto(`${demo.base}/inbox`)
  const moving = await page.evaluate(() => [...document.querySelectorAll('*')].filter(it => {
    const { animationName, animationDuration, transitionDuration } = getComputedStyle(it)
    return (animationName !== 'none' && parseFloat(animationDuration) > 0.01) || parseFloat(transitionDuration) > 0.01
  }).map(it => it.outerHTML.slice(0, 100)))
  await page.context().close()
  assert.deepEqual(moving, [])
})
