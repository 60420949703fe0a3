// What messages are taken to say, on the demonstration: why, corrected by keyboard, undone; abuse behind a click; the
// corrections; the mine of insight.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { demonstration, findings, noFaults, until } from './support.mjs'

let demo, page, stage
before(async () => { stage = await demonstration(); ({ demo, page } = stage) })
after(async () => { await stage?.close() })

const reading = () => page.locator('[data-region=thread] a[data-key=i]')
const sheet = () => page.locator('dialog.sheet')

test('rows say what their messages say, with words and icons, and filters find them', async () => {
  await page.goto(demo.base + '/inbox?state=all&sentiment=negative')
  assert.ok(await page.locator('.cv .c.neg svg').count() > 3)
  const told = await page.locator('.cv .c.neg').allTextContents()
  assert.ok(told.every(it => it.includes('Negative')), told.join())
  await page.locator('.listh summary').click()
  await page.locator('input[name=needs]').check()
  await page.getByRole('button', { name: 'Show' }).click()
  await page.waitForURL(/needs=1/)
  assert.deepEqual(await findings(page), [])
})

test('a letter opens why a message was read so, and a correction counts at once and can be undone', async () => {
  await page.goto(demo.base + '/inbox?state=closed&intent=complaint')
  await page.locator('[data-row]').first().click()
  await reading().waitFor()
  const before = await reading().textContent()
  assert.match(before, /Complaint/)
  await page.locator('[data-conversation]').focus()
  await page.keyboard.press('i')
  await sheet().waitFor()
  assert.ok(await sheet().locator('.weighed li').count() > 0, 'the words that weighed')
  assert.deepEqual(await findings(page), [])
  await sheet().locator('select[name=intent]').selectOption('idea')
  await sheet().getByRole('button', { name: 'Correct' }).click()
  await page.locator('.toast', { hasText: 'Corrected' }).waitFor()
  assert.match(await reading().textContent(), /Idea.*corrected by a colleague/s)
  assert.match(await page.locator('.headline').textContent(), /Idea/)
  await page.locator('.toast .undo').click()
  await until('it is read as before', async () => /Complaint/.test(await reading().textContent()))
})

test('abuse is hidden behind a click, in the list and in the thread', async () => {
  await page.goto(demo.base + '/inbox?state=all&intent=abuse')
  const row = page.locator('[data-row]', { hasText: 'Hidden as abusive' }).first()
  await row.click()
  const hidden = page.locator('[data-region=thread] details.cw', { hasText: 'Hidden as abusive' }).first()
  await hidden.waitFor()
  assert.equal(await hidden.locator('.tx').isVisible(), false)
  await hidden.locator('summary').click()
  assert.equal(await hidden.locator('.tx').isVisible(), true)
  assert.deepEqual(await findings(page), [])
})

test('corrections are listed with who and when, and one can be taken back', async () => {
  await page.goto(demo.base + '/organisation/corrections')
  const back = page.getByRole('button', { name: 'Take back' })
  const count = await back.count()
  assert.ok(count > 5)
  assert.deepEqual(await findings(page), [])
  await back.first().click()
  await until('one fewer stands', async () => await page.getByRole('button', { name: 'Take back' }).count() === count - 1)
})

test('the mine groups complaints and ideas, counts them, leads to the messages, and is exported', async () => {
  await page.goto(demo.base + '/listen')
  await page.locator('nav.tabs a[href="/listen/insight"]').click()
  await page.locator('.theme').first().waitFor()
  assert.match(await page.locator('.theme').first().textContent(), /All of them say/)
  assert.deepEqual(await findings(page), [])
  await page.locator('nav.tabs a', { hasText: 'Complaints' }).click()
  await page.waitForURL(/kind=complaint/)
  await page.locator('input[name=q]').fill('ticket* OR box')
  await page.getByRole('button', { name: 'Show' }).click()
  await page.waitForURL(/q=ticket/)
  const [file] = await Promise.all([page.waitForEvent('download'), page.locator('a[download]', { hasText: 'CSV' }).click()])
  assert.equal(file.suggestedFilename(), 'insight.csv')
  await page.locator('.mn a.tx').first().click()
  await page.locator('[data-conversation]').waitFor()
})

test('on a phone the sheet and the mine fit', async () => {
  await page.setViewportSize({ width: 390, height: 844 })
  for (const path of ['/listen/insight', '/organisation/corrections']) {
    await page.goto(demo.base + path)
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
    assert.equal(wide, false, path)
    assert.deepEqual(await findings(page), [])
  }
})

test('nothing else went wrong on the way', () => noFaults(page))
