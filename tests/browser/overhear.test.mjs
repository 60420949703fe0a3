// What everybody says in public, from the network's own stream to an alert: a watch finds what nobody said to us, the
// program is killed and goes on where it was, nothing is missing and nothing is there twice, and a storm is one alert.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { FOLDER, Member, network } from './atproto.mjs'
import { House, findings, launch, noFaults, shoot, until, visitor, word } from './support.mjs'

const NETWORK = 90
const skip = FOLDER ? false : 'PARVIS_TEST_ATPROTO is not set: no network to talk to'
const PEOPLE = 12

describe('the public stream', { skip }, () => {
  let browser, house, page, brand, people, watched
  const brandName = `lantern${word()}`
  before(async () => {
    browser = await launch()
    const allow = Object.values(network()).filter(it => it.startsWith('http')).map(it => new URL(it).host).join(',')
    house = await House.open({ allow })
    page = await visitor(browser, house.base)
    brand = await Member.join('pds', 'brand')
    people = []
    for (let i = 0; i < PEOPLE; i++) people.push(await Member.join('pds', `p${i}`))
    await house.setUp(page)
    // Three days of what was said before, elsewhere: one message each two hours.
    const line = i => `h${i},${new Date(Date.now() - 3 * 86_400_000 + i * 7_200_000).toISOString()},${brandName} as usual number ${i},u${i},@u${i}`
    const file = join(house.folder, 'history.csv')
    writeFileSync(file, ['id,sent_at,text,author_id,author_handle', ...Array.from({ length: 35 }, (_, i) => line(i))].join('\n'))
    await house.stop()
    execFileSync(process.env.PARVIS_BIN, ['import', '--data', house.folder, '--channel', 'Elsewhere', file], { stdio: 'pipe' })
    await house.begin()
  })
  after(async () => { await page?.context().close(); await house?.close(); await browser?.close() })

  const found = () => page.locator('.mn').allTextContents()
  const times = async text => { await page.goto(watched); return (await found()).filter(it => it.includes(text)).length }

  test('is named when the account is connected, and a watch hears it', async () => {
    await page.goto(`${house.base}/channels/new`)
    const form = page.locator('form[action="/channels/new/bluesky"]')
    for (const [name, value] of Object.entries({ handle: brand.handle, password: brand.appPassword, server: brand.server, directory: network().plc, public: network().pds })) await form.locator(`[name=${name}]`).fill(value)
    await form.getByLabel('Desk').selectOption({ label: 'Customer service' })
    await form.getByRole('button').click()
    await page.waitForURL(/\/channels\/[0-9a-f-]{36}/)
    await page.goto(`${house.base}/listen/new`)
    await page.locator('input[name=name]').fill('Lantern')
    await page.locator('textarea[name=query]').fill(brandName)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.waitForURL(/\/listen\/[0-9a-f-]{36}$/)
    watched = page.url()
    await until('what was said before is found', async () => { await page.goto(watched); return (await found()).length > 20 }, NETWORK)
    // The stream is followed some seconds after the account was connected, from what is said then.
    await until('it was overheard', async () => {
      const first = word()
      await people[0].post(`I like my ${brandName} ${first}`)
      await people[1].post(`nothing to do with it ${first}`)
      await until('this one is', async () => await times(first) === 1, 15)
      return true
    }, NETWORK)
    assert.deepEqual(await findings(page), [])
  })

  test('goes on where it was after the program was killed: nothing missing, nothing twice', async () => {
    const [seen, away] = [word(), word()]
    await people[2].post(`${brandName} ${seen}`)
    await until('it was heard before', async () => await times(seen) === 1, NETWORK)
    await house.kill()
    for (const it of people) await it.post(`my ${brandName} went out, all is dark, refund me ${away}`)
    for (const it of people) await it.post(`still dark, this ${brandName} is broken and nobody answers ${away}`)
    await house.begin()
    await page.goto(watched)
    if (page.url().includes('/login')) await house.signIn(page)
    const inbox = async () => { const id = watched.split('/').pop(); const lines = await page.request.get(`${house.base}/listen/${id}/export/jsonl`); return (await lines.text()).split('\n').filter(it => it.includes(away)) }
    await until('all of it is there', async () => (await inbox()).length >= 2 * PEOPLE, NETWORK)
    await new Promise(resolve => setTimeout(resolve, 6000))
    const lines = (await inbox()).map(it => JSON.parse(it))
    assert.equal(lines.length, 2 * PEOPLE)
    assert.equal(new Set(lines.map(it => it.author)).size, PEOPLE)
    assert.equal(await times(seen), 1)
    await shoot(page, 'overheard')
  })

  test('a storm is one alert with how many people, what they say, and its messages', async () => {
    const open = page.locator('[data-region=open] .li')
    await until('it is told', async () => { await page.goto(`${house.base}/alerts`); return await open.filter({ hasText: 'Lantern' }).count() > 0 }, 150)
    assert.equal(await open.count(), 1, (await open.allTextContents()).join())
    await open.locator('a').first().click()
    await page.locator('#h-said').waitFor()
    assert.match(await page.locator('#h-said').textContent(), /Watch “Lantern”: \d+ messages in .* times the usual/)
    assert.match(await page.locator('[data-region=said]').textContent(), /from 1[2-9] people/)
    assert.match(await page.locator('[data-region=said]').textContent(), /“(dark|broken|nobody)”/)
    assert.ok(await page.locator('[data-region=examples] .li').count() >= 3)
    await shoot(page, 'overheard-alert')
    assert.deepEqual(await findings(page), [])
    // The browser tells that the program was away.
    page.faults = page.faults.filter(it => !/ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INCOMPLETE_CHUNKED_ENCODING)/.test(it))
    noFaults(page)
  })
})
