// Alerts on the demonstration: its outage is one alert, counted in the rail, with what is behind it; somebody sees it and
// closes it. And a destination, made by an administrator, is told.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { House, demonstration, findings, noFaults, until, visitor } from './support.mjs'

let browser, demo, page, stage
before(async () => { stage = await demonstration(); ({ browser, demo, page } = stage) })
after(async () => { await stage?.close() })

const badge = () => page.locator('[data-badge=alerts]')

const open = () => page.locator('[data-region=open] .li')
const outage = () => open().filter({ hasText: /Watch “Ticketing”: \d+ messages/ })

test('the outage is told as one alert, on the screen that is open and in the rail', async () => {
  await page.goto(`${demo.base}/`)
  await until('the badge counts', async () => await badge().isVisible())
  await page.locator('.cell b', { hasText: 'Alert' }).waitFor()
  assert.deepEqual(await findings(page), [])
  await page.locator('nav.rail a[href="/alerts"]').click()
  await page.waitForURL('**/alerts')
  await until('the outage is among them', async () => { await page.reload(); return await outage().count() > 0 })
  assert.equal(await outage().count(), 1)
  assert.equal(parseInt(await badge().textContent(), 10), await open().count())
  assert.deepEqual(await findings(page), [])
})

test('an alert says what, where, since when and how much, and leads to its messages', async () => {
  await outage().locator('a').click()
  await page.locator('#h-said').waitFor()
  assert.match(await page.locator('#h-said').textContent(), /Watch “Ticketing”: \d+ messages in .* times the usual/)
  assert.match(await page.locator('[data-region=said]').textContent(), /First message at/)
  assert.match(await page.locator('svg.ch.wide').getAttribute('aria-label'), /times the usual/)
  assert.ok(await page.locator('[data-region=shows] .li').count() >= 2, 'it shows in several places')
  assert.deepEqual(await findings(page), [])
  await page.locator('[data-region=examples] a').first().click()
  await page.locator('[data-conversation]').waitFor()
  await page.goBack()
})

test('somebody sees it and closes it, and the badge counts one less without a reload', async () => {
  const before = parseInt(await badge().textContent(), 10)
  await page.getByRole('button', { name: 'I have seen it, I look after it' }).click()
  await until('it says who', async () => await page.locator('[data-region=who] .li').count() === 1)
  await page.getByRole('button', { name: 'Handled' }).click()
  await until('it is over', async () => /handled by/.test(await page.locator('[data-region=said]').textContent()))
  await until('the badge counts one less', async () => !await badge().isVisible() || parseInt(await badge().textContent(), 10) < before)
})

test('on the phone the answer is within reach of the thumb', async () => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`${demo.base}/alerts`)
  await page.locator('[data-region=closed] a').first().click()
  await page.locator('#h-said').waitFor()
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing runs out of the screen')
  assert.deepEqual(await findings(page), [])
  await page.setViewportSize({ width: 1280, height: 800 })
  noFaults(page)
})

test('a watch is kept in a folder, with how rare something must be to be told, and is exported', async () => {
  await page.goto(`${demo.base}/listen`)
  assert.ok(await page.locator('.tabs .folder').count() >= 2)
  assert.equal(await page.locator('select[name=sensitivity]').count(), 1)
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'CSV' }).click()])
  const chunks = []
  for await (const chunk of await file.createReadStream()) chunks.push(chunk)
  const lines = Buffer.concat(chunks).toString('utf8').split('\r\n')
  assert.match(lines[0], /^\uFEFFsent_at,channel,author/)
  assert.ok(lines.length > 5)
  assert.deepEqual(await findings(page), [])
})

test('a destination is refused, made, tried and told', async () => {
  const heard = []
  const peer = createServer((request, answer) => {
    let body = ''
    request.on('data', it => { body += it })
    request.on('end', () => { heard.push(JSON.parse(body)); answer.end('ok') })
  })
  await new Promise(resolve => peer.listen(0, '127.0.0.2', resolve))
  const { port } = peer.address()
  const house = await House.open({ allow: `127.0.0.2:${port}` })
  try {
    const admin = await visitor(browser, house.base)
    await house.setUp(admin)
    await admin.goto(`${house.base}/alerts/destinations`)
    assert.deepEqual(await findings(admin), [])
    await admin.locator('a[href="/alerts/destinations/new/chat"]').click()
    await admin.locator('input[name=name]').fill('Team')
    await admin.locator('input[name=address]').fill('http://10.0.0.1/secret')
    await admin.getByRole('button', { name: /Save|Enregistrer/ }).click()
    await admin.locator('[role=alert]:visible').waitFor()
    assert.equal(await admin.locator('input[name=name]').inputValue(), 'Team', 'nothing typed is lost')
    assert.deepEqual(await findings(admin), [])
    await admin.locator('input[name=address]').fill(`http://127.0.0.2:${port}/services/secret`)
    await admin.getByRole('button', { name: /Save|Enregistrer/ }).click()
    await admin.waitForURL(/destinations\/[0-9a-f-]{36}$/)
    assert.ok(!(await admin.content()).includes('services/secret'), 'the address is a secret')
    await admin.locator('form[action$="/test"] button').click()
    await until('the test arrived', () => heard.length === 1 && /Parvis/.test(heard[0].text))
    await until('and the page says so', async () => { await admin.reload(); return /arrived|arrivé/.test(await admin.locator('.sunk').textContent()) })
    assert.deepEqual(await findings(admin), [])
    await admin.close()
  } finally {
    await house.close()
    peer.close()
  }
})
