// Two clocks in the demonstration: the community manager reads on Montréal's, the house is in Paris. What one plans and moves by
// their own hour, the administrator reads at the right hour of Paris; a holiday is the house's.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { button } from './editorial.mjs'
import { demonstration, looksRight, noFaults, shoot, until, visitor, word } from './support.mjs'

let stage, manager, boss, here
before(async () => {
  stage = await demonstration()
  manager = await visitor(stage.browser, stage.demo.base, { timezoneId: 'America/Montreal' })
  boss = await visitor(stage.browser, stage.demo.base, { timezoneId: 'Europe/Paris' })
  await stage.demo.enter(manager, 'the community manager')
  await stage.demo.enter(boss, 'the administrator')
  // Browsers have names of their own for some zones.
  here = await manager.evaluate(() => new Intl.DateTimeFormat().resolvedOptions().timeZone)
})
after(async () => { await stage?.close() })

const wall = (instant, timeZone) => new Date(instant).toLocaleString('sv-SE', { timeZone }).slice(0, 16).replace(' ', 'T')

/** `2026-12-02T01:15` of Paris for an hour of Montréal. */
function inParis(local) {
  const asUtc = Date.parse(`${local}:00Z`)
  const instant = asUtc - (Date.parse(`${wall(asUtc, 'America/Montreal')}:00Z`) - asUtc)
  return wall(instant, 'Europe/Paris')
}

const later = (date, days) => new Date(Date.parse(`${date}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
const card = (page, key) => page.locator(`.cal [data-k="${key}"]`)
const standsAt = async (page, key) => `${await card(page, key).getAttribute('data-on')}T${await card(page, key).getAttribute('data-clock')}`
const calendar = (page, date) => page.goto(`${stage.demo.base}/calendar?view=month&at=${date}`)

async function planned(title, at) {
  await manager.goto(`${stage.demo.base}/speak/new`)
  await manager.getByLabel('The idea in one line').fill(title)
  await manager.locator('main [name=at]').fill(at)
  await button(manager, 'Bring the idea').click()
  await manager.waitForURL(/\/speak\/[0-9a-f-]{36}/)
  return new URL(manager.url()).pathname
}

test('the browser’s zone is offered at one press, and a name that is none is refused', async () => {
  await boss.goto(`${stage.demo.base}/settings`)
  assert.ok(await boss.locator('[data-zone-here]').isHidden(), 'who is where the house is, is offered nothing')
  await manager.goto(`${stage.demo.base}/settings`)
  await manager.getByLabel('Time zone').fill('Europe/Lutece')
  await button(manager, 'Save').click()
  await manager.getByText('There is no such time zone').waitFor()
  assert.equal(await manager.getByLabel('Time zone').getAttribute('aria-invalid'), 'true')
  assert.match(manager.faults.pop(), /422/)
  await manager.goto(`${stage.demo.base}/settings`)
  await looksRight(manager, 'the settings')
  await button(manager, `Take this browser’s zone, ${here}`).click()
  await manager.locator('[data-toast]').waitFor()
  assert.equal(await manager.getByLabel('Time zone').inputValue(), here)
  assert.ok(await manager.locator('[data-zone-here]').isHidden())
  noFaults(manager)
})

test('a post is planned by the hour of Montréal and read at that of Paris', async () => {
  const date = later(new Date().toISOString().slice(0, 10), 9)
  const address = await planned(`Planned ${word()}`, `${date}T19:15`)
  const when = manager.locator('[data-region=when]')
  assert.match(await when.textContent(), /7\.15.pm.* in Paris/s)
  assert.match(await when.textContent(), /The organisation: Paris \(\+[56].h\)/)
  await looksRight(manager, 'the post')
  await shoot(manager, 'zone-post')
  await boss.goto(stage.demo.base + address)
  assert.equal(await boss.locator('[data-region=when] [name=at]').inputValue(), inParis(`${date}T19:15`))
  assert.doesNotMatch(await boss.locator('[data-region=when]').textContent(), /in Paris|Your hours/)
  noFaults(manager)
})

test('what stands in the calendar is moved by key, and keeps its hour of Montréal', async () => {
  const today = wall(Date.now(), 'America/Montreal').slice(0, 10)
  await calendar(manager, today)
  await looksRight(manager, 'the calendar')
  await shoot(manager, 'zone-calendar')
  const movable = manager.locator('.cal [data-card][data-movable]').first()
  const key = await movable.getAttribute('data-k')
  const before = await standsAt(manager, key)
  await calendar(boss, today)
  assert.equal(await standsAt(boss, key), inParis(before))
  await card(manager, key).focus()
  await manager.keyboard.press('x')
  await manager.keyboard.press('ArrowRight')
  await manager.keyboard.press('Space')
  const after = `${later(before.slice(0, 10), 1)}T${before.slice(11)}`
  await until('it stands on the next day', async () => await standsAt(manager, key) === after)
  await calendar(boss, today)
  assert.equal(await standsAt(boss, key), inParis(after))
  await manager.goto(`${stage.demo.base}/calendar?view=list`)
  assert.match(await manager.locator('main').textContent(), / in Paris/)
  noFaults(manager)
  noFaults(boss)
})

test('the evening before Christmas is Christmas in Paris, its morning isn’t', async () => {
  const now = new Date()
  const year = now.getUTCFullYear() + (now.toISOString().slice(5) > '12-20' ? 1 : 0)
  for (const [clock, warned] of [['19:15', true], ['10:00', false]]) {
    const key = (await planned(`Holiday ${word()}`, `${year}-12-23T${clock}`)).split('/').pop()
    await calendar(manager, `${year}-12-01`)
    await card(manager, key).focus()
    await manager.keyboard.press('x')
    await manager.keyboard.press('ArrowRight')
    const said = await manager.locator('[data-conflict]').textContent()
    assert.equal(/Christmas/.test(said), warned, `at ${clock}: ${said}`)
    // The hour that is asked for says so, too, while it is typed.
    await manager.keyboard.press('Space')
    const box = manager.locator('dialog[data-hour]')
    await box.locator('[name=clock]').fill('20:00')
    assert.match(await box.locator('[data-hour-for]').textContent(), /Christmas/)
    await box.locator('[name=clock]').fill('09:00')
    assert.doesNotMatch(await box.locator('[data-hour-for]').textContent(), /Christmas/)
    await box.getByRole('button', { name: 'Cancel' }).click()
  }
  noFaults(manager)
})
