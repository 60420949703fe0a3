// What comes into the calendar from outside, in the demonstration: posts of a file, looked at, mended, made once by two tabs.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { demonstration, looksRight, noFaults, shoot, visitor } from './support.mjs'

let stage, manager, account
before(async () => {
  stage = await demonstration()
  manager = await visitor(stage.browser, stage.demo.base)
  await stage.demo.enter(manager, 'the community manager')
})
after(async () => { await stage?.close() })

const bring = async (page, name, text) => {
  await page.goto(`${stage.demo.base}/calendar/import`)
  await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })
  await page.getByRole('button', { name: 'See what it would make' }).click()
}

test('a wrong file makes nothing and says where to mend it', async () => {
  await manager.goto(`${stage.demo.base}/calendar`)
  await manager.getByRole('link', { name: 'Import', exact: true }).click()
  await manager.waitForURL('**/calendar/import')
  await looksRight(manager, manager.url())
  await shoot(manager, 'import-form')
  await bring(manager, 'plan.csv', 'title;date;time;channels\nA;31/02/2031;9:00;\nB;2031-02-03;9:00;Nowhere\n')
  await manager.getByRole('alert').waitFor()
  const rows = await manager.locator('tbody tr').allTextContents()
  assert.equal(rows.length, 2)
  assert.match(rows[0], /line 2, column date.*no day/s)
  assert.match(rows[1], /line 3, column channels.*No account is called “Nowhere”/s)
  await looksRight(manager, manager.url())
  await shoot(manager, 'import-faults')
  // A browser says in its console that a form was refused.
  manager.faults = manager.faults.filter(it => !it.includes('422'))
})

test('the template is a file that can be brought', async () => {
  const answer = await manager.request.get(`${stage.demo.base}/calendar/import/template.csv`)
  assert.match(answer.headers()['content-disposition'], /posts\.csv/)
  const text = await answer.text()
  account = text.split('\r\n')[1].split(',18:30,')[1].split(',')[0]
  await bring(manager, 'posts.csv', text)
  await manager.waitForURL(/\/calendar\/import\/[0-9a-f-]{36}/)
  assert.match(await manager.locator('[data-line]').textContent(), /Example, to be replaced/)
})

test('a good file is shown, and made once however often it is pressed', async () => {
  const file = '\uFEFFTitle,Text,Date,Time,Channels,Theme\r\n'
    + `Open on the first of January,"WE ARE OPEN, of course!!!",2031-01-01,10:00,${account},Visits\r\nOnly an idea,,,,,\r\n`
  await bring(manager, 'January.csv', file)
  await manager.waitForURL(/\/calendar\/import\/[0-9a-f-]{36}/)
  const lines = await manager.locator('[data-line]').allTextContents()
  assert.match(lines[0], /public holiday/)
  assert.match(lines[0], /To validate/)
  assert.match(lines[1], /without an hour.*Idea/s)
  await looksRight(manager, manager.url())
  await shoot(manager, 'import-preview')
  const again = await manager.context().newPage()
  await again.goto(manager.url())
  const press = page => page.getByRole('button', { name: 'Make these 2 posts' }).click()
  await Promise.all([press(manager), press(again)])
  for (const page of [manager, again]) await page.getByText('2 posts were made.').waitFor()
  await again.close()
  await manager.reload()
  await looksRight(manager, manager.url())
  await manager.goto(`${stage.demo.base}/speak`)
  assert.equal(await manager.locator('[data-card]', { hasText: 'Open on the first of January' }).count(), 1)
  await manager.goto(`${stage.demo.base}/calendar?at=2031-01-01`)
  assert.equal(await manager.locator('[data-day="2031-01-01"] .e').count(), 1)
  noFaults(manager)
})

test('a calendar of others is shown, named before a drop, hidden and taken out', async () => {
  const calendar = `${stage.demo.base}/calendar`
  const [first, second, third] = [40, 41, 42].map(days => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10))
  await manager.goto(calendar)
  assert.ok(await manager.locator('.e.layer', { hasText: 'Market on the quay' }).count() > 0, 'the demonstration shows one')
  await looksRight(manager, manager.url())
  await shoot(manager, 'layers-month')
  await manager.getByRole('link', { name: 'Layers', exact: true }).click()
  await manager.waitForURL('**/calendar/layers')
  await manager.getByRole('button', { name: 'Hide City events' }).click()
  await manager.getByRole('button', { name: 'Show City events' }).waitFor()
  await manager.goto(calendar)
  assert.equal(await manager.locator('.e.layer').count(), 0)
  await manager.goto(`${calendar}/layers`)
  await looksRight(manager, manager.url())
  await manager.getByLabel('Name').fill('Trade fairs')
  await manager.getByRole('radio', { name: 'star' }).check()
  const bare = day => day.replaceAll('-', '')
  const file = `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:${bare(first)}\r\nDTEND;VALUE=DATE:${bare(third)}\r\nSUMMARY:Cinema fair\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`
  await manager.locator('input[type=file]').setInputFiles({ name: 'a.ics', mimeType: 'text/calendar', buffer: Buffer.from('<html>') })
  await manager.getByRole('button', { name: 'Add a calendar' }).click()
  await manager.getByRole('alert').filter({ hasText: 'no iCalendar' }).waitFor()
  manager.faults = manager.faults.filter(it => !it.includes('422'))
  assert.equal(await manager.getByLabel('Name').inputValue(), 'Trade fairs', 'what was typed stays')
  await manager.locator('input[type=file]').setInputFiles({ name: 'a.ics', mimeType: 'text/calendar', buffer: Buffer.from(file) })
  await manager.getByRole('button', { name: 'Add a calendar' }).click()
  await manager.waitForURL(/\/calendar\/layers\/[0-9a-f-]{36}/)
  const page = manager.url()
  await looksRight(manager, manager.url())
  await shoot(manager, 'layer-one')
  for (const view of ['month', 'week']) {
    for (const day of [first, second]) {
      await manager.goto(`${calendar}?view=${view}&at=${day}`)
      assert.match(await manager.locator(`[data-day="${day}"]`).textContent(), /Cinema fair/)
      assert.match(await manager.locator(`[data-day="${day}"]`).getAttribute('data-warns'), /Cinema fair \(Trade fairs\)/)
    }
  }
  await manager.goto(`${calendar}?view=list&at=${first}`)
  assert.match(await manager.locator('main').textContent(), /Cinema fair/)
  await manager.goto(page)
  await manager.locator('summary', { hasText: 'Take this calendar out' }).click()
  await manager.getByRole('button', { name: 'Take this calendar out' }).click()
  await manager.locator('[data-toast]').waitFor()
  await manager.getByText('Trade fairs').waitFor({ state: 'detached' })
  noFaults(manager)
})
