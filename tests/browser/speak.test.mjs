// From an idea to a post on a real network, by four people with four roles in four browsers: an agency brings the idea, a
// specialist finds the words, the referent looks twice, the community manager has the last word. And everything stopped.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { brought as bring, button, invite as inviteTo, tickAll } from './editorial.mjs'
import { square } from './picture.mjs'
import { connect, FOLDER, Person } from './snac.mjs'
import { findings, House, launch, noFaults, shoot, until, visitor, word } from './support.mjs'

const skip = FOLDER ? false : 'PARVIS_TEST_SNAC2 is not set: no server to talk to'
const plain = html => html.replace(/<[^>]+>/g, ' ')

let browser
before(async () => { browser = await launch() })
after(() => browser?.close())

describe('a post on its way', { skip }, () => {
  let house, boss, brand, people
  const standing = async text => (await brand.mine()).filter(post => plain(post.content).includes(text))

  const invite = (name, role) => inviteTo(browser, house, boss, name, role)

  before(async () => {
    house = await House.open()
    boss = await visitor(browser, house.base)
    brand = await Person.enter('a', 'brand')
    await house.setUp(boss)
    await connect(house, boss)
    people = {
      agency: await invite('Halte agency', 'external'),
      writer: await invite('Wanda Words', 'specialist'),
      manager: await invite('Cam Manager', 'community_manager'),
      referent: await invite('Rae Referent', 'referent'),
    }
  })
  after(async () => { await house?.close() })

  const brought = title => bring(house, people.agency, people.manager, title)

  async function written(address, text) {
    const { writer } = people
    await writer.goto(house.base + address)
    await writer.locator('#text').fill(text)
    await writer.locator('[name=to]').first().check()
    await button(writer, 'Save and hand over').click()
    await writer.getByRole('heading', { name: 'Checked twice' }).waitFor()
  }

  test('an idea of an agency goes through four hands and stands on the network once', async () => {
    const [title, text] = [`Opening ${word()}`, `The big screen opens ${word()}`]
    const { agency, manager, referent, writer } = people
    const address = await brought(title)
    await written(address, text)

    // Who has no right to it doesn't find the button, and the form itself is refused.
    await agency.goto(house.base + address)
    assert.equal(await button(agency, 'Validate').count(), 0)
    const refused = await agency.request.post(`${house.base}${address}/step`, { form: { step: 'publish_now' }, headers: { origin: house.base } })
    assert.equal(refused.status(), 403)

    // What comes from outside is looked at by somebody else than the author.
    await writer.goto(house.base + address)
    await tickAll(writer)
    assert.equal(await button(writer, 'Give the second look').count(), 0)
    await manager.goto(house.base + address)
    assert.equal(await button(manager, 'Validate').count(), 0)
    await manager.getByText('the second look', { exact: false }).first().waitFor()
    await referent.goto(house.base + address)
    await button(referent, 'Give the second look').click()
    await referent.getByText('given', { exact: true }).waitFor()
    await manager.reload()
    await button(manager, 'Validate').click()
    await shoot(manager, 'post')
    assert.deepEqual(await findings(manager), [])
    await button(manager, 'Publish now').click()
    const seen = await until('it stands on the network', async () => { const found = await standing(text); return found.length > 0 && found }, 90)
    assert.equal(seen.length, 1)
    await until('the page says so', async () => { await manager.reload(); return (await manager.content()).includes('published') }, 60)
    assert.equal((await standing(text)).length, 1)
    for (const page of Object.values(people)) noFaults(page)
  })

  test('two writers lose nothing, and a picture goes out with what it shows in words', async () => {
    const { manager, writer } = people
    const [first, second] = [`first ${word()}`, `second ${word()}`]
    const address = await brought(`Two writers ${word()}`)
    await writer.goto(house.base + address)
    await manager.goto(house.base + address)
    await writer.locator('#text').fill(first)
    await button(writer, 'Save Ctrl Enter').or(writer.locator('[data-send]')).first().click()
    await manager.locator('#text').fill(second)
    await manager.locator('[data-send]').click()
    await manager.getByRole('alert').filter({ hasText: first }).waitFor()
    assert.equal(manager.faults.length, 1, 'the browser tells of the refusal, and of nothing else')
    assert.match(manager.faults.pop(), /409/)
    assert.equal(await manager.locator('#text').inputValue(), second)
    // What others change meanwhile takes neither the refusal nor the words away; nor is the form's address a dead end.
    const heard = manager.waitForResponse(answer => answer.request().method() === 'GET' && answer.status() === 200 && answer.url() === house.base + address)
    await manager.evaluate(() => document.dispatchEvent(new Event('parvis:refresh')))
    await heard
    await manager.getByRole('alert').filter({ hasText: first }).waitFor()
    assert.equal(await manager.locator('#text').inputValue(), second)
    await manager.locator('[name=to]').first().check()
    await manager.locator('[data-send]').click()
    await manager.goto(`${house.base}${address}/versions`)
    await manager.getByText(first).first().waitFor()
    await manager.goto(house.base + address)
    await manager.locator('summary', { hasText: 'Add a picture' }).click()
    await manager.locator('[name=picture]').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: square(40, [30, 60, 200]) })
    await manager.locator('form[enctype] [name=alt]').fill('A blue square')
    await button(manager, 'Add a picture').click()
    await manager.getByText('alternative text written').waitFor()
    noFaults(manager)
  })

  test('the board is worked by keyboard alone', async () => {
    const { manager } = people
    const title = `By key ${word()}`
    await manager.goto(`${house.base}/speak/new`)
    await manager.getByLabel('The idea in one line').fill(title)
    await button(manager, 'Bring the idea').click()
    await manager.goto(`${house.base}/speak`)
    assert.deepEqual(await findings(manager), [])
    await manager.locator('[data-card]', { hasText: title }).locator('h3 a').focus()
    await manager.keyboard.press('x')
    await manager.keyboard.press('ArrowRight')
    await manager.keyboard.press('Space')
    await manager.locator('[data-column=kept] [data-card]', { hasText: title }).waitFor()
    await shoot(manager, 'board')
    noFaults(manager)
  })

  test('stopping everything holds what has its hour, and each is put back by hand', async () => {
    const { manager, referent } = people
    const text = `never by surprise ${word()}`
    const address = await brought(`Stopped ${word()}`)
    await written(address, text)
    await manager.goto(house.base + address)
    await tickAll(manager)
    await referent.goto(house.base + address)
    await button(referent, 'Give the second look').click()
    await manager.reload()
    await button(manager, 'Validate').click()
    await button(manager, 'Publish now').click()
    // Within the ten seconds.
    await referent.goto(`${house.base}/speak/held`)
    await referent.getByLabel('Why').fill('An accident on site')
    await button(referent, 'Stop everything').click()
    await manager.goto(`${house.base}/inbox`)
    await manager.getByRole('alert').filter({ hasText: 'An accident on site' }).waitFor()
    await new Promise(resolve => setTimeout(resolve, 14_000))
    assert.deepEqual(await standing(text), [])
    await manager.goto(`${house.base}/speak/held`)
    assert.deepEqual(await findings(manager), [])
    await button(manager, 'Lift the stop').click()
    await manager.getByText('Nothing is stopped').waitFor()
    assert.deepEqual(await standing(text), [])
    await manager.goto(house.base + address)
    await button(manager, 'Publish now').click()
    await until('it stands on the network', async () => (await standing(text)).length === 1, 90)
    noFaults(manager)
  })

  test('the calendar shows the month in both languages and gives a private address that can be revoked', async () => {
    const { manager } = people
    for (const view of ['month', 'week', 'list']) {
      await manager.goto(`${house.base}/calendar?view=${view}`)
      assert.deepEqual(await findings(manager), [])
    }
    await manager.goto(`${house.base}/calendar`)
    await shoot(manager, 'calendar')
    await manager.locator('summary', { hasText: 'Other calendars' }).click()
    await button(manager, 'Make an address').click()
    const address = await manager.locator('input[readonly]').inputValue()
    const calendar = await (await fetch(address)).text()
    assert.match(calendar, /^BEGIN:VCALENDAR\r\n[^]*SUMMARY:[^]*END:VCALENDAR\r\n$/)
    await manager.goto(`${house.base}/calendar`)
    await manager.locator('summary', { hasText: 'Other calendars' }).click()
    await button(manager, 'Revoke').click()
    await until('the address is gone', async () => (await fetch(address)).status === 404, 20)
    noFaults(manager)
  })
})
