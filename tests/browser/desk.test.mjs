// A desk of the demonstration is closed in favour of another and opened again: what that leads elsewhere stands on its page before.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { demonstration, looksRight, noFaults, visitor } from './support.mjs'

let stage, page
before(async () => {
  stage = await demonstration()
  page = await visitor(stage.browser, stage.demo.base)
  await stage.demo.enter(page, 'the administrator')
})
after(async () => { await stage?.close() })

const desks = () => page.locator('.orgm h3').allTextContents()
const inInbox = async () => {
  await page.goto(`${stage.demo.base}/inbox`)
  return page.locator('[href*="desk="] span:first-of-type').allTextContents()
}

test('what is under way goes to the other desk, and the closed one is no choice any more', async () => {
  await page.goto(`${stage.demo.base}/organisation`)
  const before = await desks()
  const [name, other] = [before[0].trim(), before[1].trim()]
  await page.locator('.orgm h3 a').first().click()
  await page.getByText(/conversations? under way will go to the other desk/).waitFor()
  await page.getByText('Channels that lead to it').waitFor()
  await looksRight(page, 'before it is closed')
  await page.getByLabel('Desk that takes over').selectOption(other)
  await page.getByLabel(/join(s)? the other desk/).check()
  await page.getByRole('button', { name: 'Close the desk' }).click()
  await page.locator('[data-toast]').waitFor()
  assert.deepEqual((await desks()).map(it => it.trim()), before.slice(1).map(it => it.trim()))
  await looksRight(page, 'the desks')
  assert.ok(!(await inInbox()).some(it => it.trim() === name), 'the inbox leads there no more')
  await page.goto(`${stage.demo.base}/organisation`)
  await page.getByRole('link', { name, exact: true }).click()
  await page.getByText(`${other} took over.`).waitFor()
  await looksRight(page, 'the closed desk')
  await page.getByRole('button', { name: 'Open the desk again' }).click()
  await page.locator('[data-toast]').waitFor()
  assert.deepEqual((await desks()).map(it => it.trim()), before.map(it => it.trim()))
  noFaults(page)
})
