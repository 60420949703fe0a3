// Hours for posts in the demonstration: slots are kept, and a post goes into the next free one at one press; what the past
// says of the hours stands beside, with how sure it is.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { demonstration, findings, looksRight, noFaults, visitor } from './support.mjs'

let stage, manager
before(async () => {
  stage = await demonstration()
  manager = await visitor(stage.browser, stage.demo.base)
  await stage.demo.enter(manager, 'the community manager')
})
after(async () => { await stage?.close() })

test('slots are kept, and their page can be read by everybody', async () => {
  await manager.goto(`${stage.demo.base}/calendar`)
  await manager.locator('main a[href="/speak/slots"]').click()
  await manager.waitForURL('**/speak/slots')
  const times = () => manager.locator('[name=time]').evaluateAll(all => all.map(it => it.value).filter(Boolean))
  assert.deepEqual(await times(), ['12:00', '18:00', '10:00', '11:00'])
  await looksRight(manager, 'the slots')
  const last = await manager.locator('[name=time]').count() - 1
  await manager.locator('[name=weekday]').nth(last).selectOption('5')
  await manager.locator('[name=time]').nth(last).fill('08:15')
  await manager.locator('[name=channel]').nth(last).selectOption({ index: 1 })
  await manager.locator('[name=time]').first().fill('')
  await manager.getByRole('button', { name: 'Save' }).click()
  await manager.locator('[data-toast]').waitFor()
  assert.deepEqual(await times(), ['18:00', '08:15', '10:00', '11:00'], 'in the order of the week, without the emptied one')
  const channels = await manager.locator('[name=channel]').evaluateAll(all => all.map(it => it.value))
  assert.ok(channels[0] === '' && channels[1] !== '', 'the second is kept for a channel')
})

test('a post goes into the next free slot at one press, and that slot is free no more', async () => {
  const open = async title => {
    await manager.goto(`${stage.demo.base}/speak`)
    await manager.locator('[data-card]', { hasText: title }).getByRole('link').first().click()
    await manager.waitForURL(/\/speak\/[0-9a-f-]{36}/)
    return manager.locator('[data-region=when]')
  }
  const slot = when => when.locator('button[name=pick]', { hasText: 'free slot' }).first()
  const when = await open('The December pass offer')
  assert.match(await when.textContent(), /times the usual|No hour can be advised yet/)
  assert.deepEqual(await findings(manager), [])
  for (const width of [390, 1440]) {
    await manager.setViewportSize({ width, height: 900 })
    assert.ok(await manager.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `nothing is wider than ${width} pixels`)
  }
  const hour = await slot(when).getAttribute('value')
  assert.match(hour, /T(18:00|08:15|10:00|11:00)$/)
  await slot(when).click()
  await manager.locator(`[data-region=when] [name=at][value="${hour}"]`).waitFor()
  const other = await open('film club’s own choice')
  assert.notEqual(await slot(other).getAttribute('value'), hour)
  noFaults(manager)
})

test('the calendar shows free slots, and what is dropped on a day is asked whether it takes one', async () => {
  await manager.goto(`${stage.demo.base}/calendar?view=month`)
  if (!await manager.locator('.tray [data-plans]').count()) assert.fail('something waits for its hour')
  assert.match(await manager.locator('.free a').first().getAttribute('href'), /\/speak\/new\?at=\d{4}-\d\d-\d\dT(18:00|08:15|10:00|11:00)$/)
  await looksRight(manager, 'the calendar')
  const card = manager.locator('.tray [data-plans]').first()
  const key = await card.getAttribute('data-k')
  await card.focus()
  await manager.keyboard.press('x')
  const free = manager.locator('.day.aim .free a')
  for (let days = 0; days < 8 && !await free.count(); days += 1) await manager.keyboard.press('ArrowRight')
  const [, date, clock] = (await free.first().getAttribute('href')).match(/at=(.*)T(.*)$/)
  await manager.keyboard.press('Space')
  const box = manager.locator('dialog[data-hour]')
  await box.waitFor()
  assert.deepEqual(await findings(manager), [])
  await box.getByRole('button', { name: /free slot/ }).first().click()
  await manager.locator(`[data-day="${date}"] [data-k="${key}"]`).waitFor()
  assert.equal(await manager.locator(`[data-day="${date}"] [data-k="${key}"]`).getAttribute('data-clock'), clock)
  assert.equal(await manager.locator(`[data-day="${date}"] .free a[href$="${clock}"]`).count(), 0, 'it is free no more')
  noFaults(manager)
})
