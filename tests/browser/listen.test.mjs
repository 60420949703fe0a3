// Listening on the demonstration: a query gets its colours and is tried while it is typed, a watch finds what came in
// before it was made, and what it found leads to its messages.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { demonstration, findings, noFaults, until } from './support.mjs'

let page, stage
before(async () => { stage = await demonstration(); ({ page } = stage) })
after(async () => { await stage?.close() })

const editor = () => page.locator('textarea[name=query]')
const said = () => page.locator('[data-said]').textContent()
const colours = (name) => page.locator(`[data-painted] .${name}`).allTextContents()

test('the rail leads to the watches, which have found messages of the last weeks', async () => {
  await page.locator('nav.rail a[href="/listen"]').click()
  await page.locator('nav.tabs a[aria-current=page]').waitFor()
  await until('the first watch was filled', async () => { await page.reload(); return await page.locator('.mn').count() > 5 })
  assert.ok(await page.locator('.mn em').count() > 5, 'the words that were asked for are marked')
  assert.match(await page.locator('svg.ch.wide').getAttribute('aria-label'), /72.hours/u)
  assert.deepEqual(await findings(page), [])
})

test('a query gets its colours while it is typed, and a mistake is named with its place', async () => {
  await page.locator('nav.tabs a[href="/listen/new"]').click()
  await page.waitForURL('**/listen/new')
  await editor().fill('ticket* AND ("box office" OR lang:fr)\nNOT popcorn')
  await until('it is painted', async () => (await colours('op')).join() === 'AND,OR' && (await colours('no')).join() === 'NOT')
  assert.deepEqual(await colours('st'), ['"box office"'])
  assert.deepEqual(await colours('fi'), ['lang:'])
  await until('it says what it would have found', async () => /Query valid .* in the last/.test(await said()))
  await editor().fill('seat AND\n(row OR')
  await until('the mistake is named', async () => /missing.*line 2, column 8/.test(await said()))
  assert.equal(await editor().getAttribute('aria-invalid'), 'true')
  // What is typed is seen: the colours lie exactly under the text.
  const [below, above] = await Promise.all([page.locator('[data-painted]').boundingBox(), editor().boundingBox()])
  assert.ok(Math.abs(below.x - above.x) < 1 && Math.abs(below.width - above.width) < 1)
})

test('a query that cannot be read is not kept, and nothing typed is lost', async () => {
  await page.locator('input[name=name]').fill('Seats')
  await editor().press('Control+Enter')
  await until('it is refused', async () => (await said()).includes('missing'))
  assert.equal(await editor().inputValue(), 'seat AND\n(row OR')
  assert.equal(await page.locator('input[name=name]').inputValue(), 'Seats')
})

test('a new watch finds what came in before it was made; its messages open; and it can be removed', async () => {
  await editor().fill('"box office" OR popcorn OR seat*')
  await page.getByRole('button', { name: 'Save' }).click()
  await until('the watch stands among the tabs', async () => (await page.locator('nav.tabs a[aria-current=page]').textContent()).includes('Seats'))
  await until('it found what came in before', async () => { await page.reload(); return await page.locator('.mn').count() > 0 })
  const words = await page.locator('.mn em').allTextContents()
  assert.ok(words.every(it => /^(box|office|popcorn|seat\w*)$/iu.test(it)), words.join())
  await page.locator('.mn a.tx').first().click()
  await page.locator('[data-conversation]').waitFor()
  await page.goBack()
  await page.locator('summary', { hasText: 'Remove this watch' }).click()
  await page.getByRole('button', { name: 'Remove this watch' }).click()
  await until('it is gone', async () => !(await page.locator('nav.tabs').textContent()).includes('Seats'))
})

test('the usual topics are added at one press; a topic tags conversations, and what a person takes off is counted', async () => {
  await page.goto(`${stage.demo.base}/listen/new`)
  await page.getByRole('button', { name: 'Add the usual topics' }).click()
  await page.locator('nav.tabs a', { hasText: 'Outage and bug' }).click()
  await page.locator('nav.tabs a[aria-current=page]', { hasText: 'Outage and bug' }).waitFor()
  const topic = page.locator('[data-region=topic]')
  await until('its tag stands on conversations', async () => { await page.reload(); return /stands on \d+ conversations/.test(await topic.textContent()) })
  assert.match(await topic.textContent(), /nobody has taken it off/)
  assert.deepEqual(await findings(page), [])
  const back = page.url()
  await topic.getByRole('link', { name: 'Outage and bug' }).click()
  await page.locator('[data-row]').first().click()
  await page.locator('[data-conversation]').waitFor()
  await page.locator('summary[data-key="#"]').click()
  await page.getByRole('button', { name: 'Remove Outage and bug' }).click()
  await page.locator('.toast', { hasText: 'Tag removed' }).waitFor()
  await page.goto(back)
  assert.match(await topic.textContent(), /people took it off one/)
})

test('nothing else went wrong on the way', () => {
  // The browser tells of the query that was refused.
  page.faults = page.faults.filter(it => !/422.*\/listen\/new/.test(it))
  noFaults(page)
})
