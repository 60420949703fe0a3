// A gesture for a member of the community in the demonstration: proposed beside a conversation by one person, decided by
// another, done, and remembered where the member writes again.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { demonstration, findings, looksRight, noFaults, visitor } from './support.mjs'

let stage, page, manager, place
before(async () => {
  stage = await demonstration()
  ;({ page } = stage)
  manager = await visitor(stage.browser, stage.demo.base)
  await stage.demo.enter(manager, 'the community manager')
})
after(async () => { await stage?.close() })

test('a gesture is proposed beside a conversation, and says who decides', async () => {
  await page.goto(`${stage.demo.base}/inbox`)
  await page.locator('[data-row]').first().click()
  await page.locator('[data-region=context-pane] a', { hasText: 'Propose a gesture' }).click()
  await page.waitForURL('**/gestures/new?conversation=*')
  assert.deepEqual(await findings(page), [])
  await page.getByLabel('Which gesture').fill('A seat in the projection booth')
  await page.getByLabel('Why this person').fill('She has been asking how it works for a year.')
  await page.getByLabel('What it takes').fill('one evening')
  await page.locator('[name=day]').fill('2020-01-01')
  await page.getByRole('button', { name: 'Propose a gesture' }).click()
  assert.match(await page.getByRole('alert').textContent(), /That day is over/)
  assert.equal(await page.getByLabel('Which gesture').inputValue(), 'A seat in the projection booth', 'what was typed is still there')
  await page.locator('[name=day]').fill('2031-05-02')
  await page.getByRole('button', { name: 'Propose a gesture' }).click()
  await page.waitForURL(/\/gestures\/[0-9a-f-]{36}$/)
  place = page.url()
  assert.deepEqual(await findings(page), [])
})

test('whoever decides says why not, or agrees; the rest is for who sees to it', async () => {
  await manager.goto(`${stage.demo.base}/`)
  await manager.locator('p.say a[href="/gestures"]').click()
  await manager.locator('main a', { hasText: 'A seat in the projection booth' }).click()
  await manager.waitForURL(place)
  await manager.getByRole('button', { name: 'Decline' }).click()
  assert.match(await manager.getByRole('alert').first().textContent(), /Some words are missing/)
  await manager.goto(place)
  await manager.getByRole('button', { name: 'Do it' }).click()
  await manager.locator('.c', { hasText: 'agreed' }).waitFor()
  await page.goto(place)
  await page.getByLabel('What came of it').fill('She stayed until the last reel.')
  await page.getByRole('button', { name: 'It’s done' }).click()
  await page.locator('.c', { hasText: 'done' }).waitFor()
  assert.match(await page.locator('main').textContent(), /She stayed until the last reel\./)
  assert.equal(await page.locator('main form').count(), 0, 'what is over stays over')
})

test('it is remembered with the member, and its pages can be read by everybody', async () => {
  await page.locator('main a[href^="/inbox/"]').click()
  await page.locator('[data-region=context-pane] a', { hasText: 'A seat in the projection booth' }).waitFor()
  for (const path of ['/gestures', '/gestures?show=over', new URL(place).pathname, `${new URL(place).pathname}/edit`]) {
    const answer = await page.goto(stage.demo.base + path)
    if (path.endsWith('/edit')) assert.equal(answer.status(), 403)
    else await looksRight(page, path)
  }
  // A page that isn't theirs to change any more was asked for on purpose.
  page.faults = page.faults.filter(it => !/40[39]|422/.test(it))
  manager.faults = manager.faults.filter(it => !/422/.test(it))
  noFaults(page)
  noFaults(manager)
})
