// Two people at once: each sees that the other is there, nothing moves under the pointer, nobody answers over somebody, and
// what was typed is still there after a reload and in another browser.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Demo, launch, noFaults, until, visitor, word } from './support.mjs'

let browser, demo, one, two, place
before(async () => {
  browser = await launch()
  demo = await Demo.open('en')
  one = await visitor(browser, demo.base)
  await one.goto(demo.link)
  await one.locator('form button').first().click()
  await one.waitForURL(url => !url.pathname.startsWith('/link'))
  await one.goto(`${demo.base}/inbox`)
  place = await one.locator('[data-row]').nth(3).getAttribute('href')
  two = await visitor(browser, demo.base)
  await two.context().addCookies(await one.context().cookies())
})
after(async () => { await browser?.close(); await demo?.close() })

test('a draft is there after a reload and in another browser', async () => {
  const text = `half a sentence ${word()}`
  await one.goto(demo.base + place)
  await one.locator('#text').fill(text)
  await one.locator('[data-live]:not(.off)').waitFor()
  await until('another browser shows the draft', async () => {
    await two.goto(demo.base + place)
    return await two.locator('#text').inputValue() === text
  })
  await one.reload()
  assert.equal(await one.locator('#text').inputValue(), text)
  noFaults(one)
})

test('a new message waits in a line of its own while the pointer is on the list', async () => {
  await one.goto(`${demo.base}/inbox?order=newest`)
  const rows = () => one.locator('[data-row]').evaluateAll(all => all.slice(0, 8).map(it => it.dataset.k))
  await one.locator('[data-row]').nth(1).hover()
  const before = await rows()
  await one.locator('[data-reveal]').waitFor({ timeout: 120_000 })
  assert.deepEqual(await rows(), before)
  await one.locator('[data-reveal]').click()
  assert.notDeepEqual(await rows(), before)
  noFaults(one)
})
