// The fast lane by three people in three browsers: a specialist at a desk says why it is urgent, the referent reads and answers
// in French on a phone, the community manager opens the lane and looks at it afterwards. It stands on a real network once.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { button, invite } from './editorial.mjs'
import { connect, FOLDER, Person } from './snac.mjs'
import { findings, House, launch, noFaults, shoot, until, visitor, word } from './support.mjs'

const skip = FOLDER ? false : 'PARVIS_TEST_SNAC2 is not set: no server to talk to'
const plain = html => html.replace(/<[^>]+>/g, ' ')
const PHONE = { locale: 'fr-FR', viewport: { width: 390, height: 844 }, hasTouch: true }

let browser
before(async () => { browser = await launch() })
after(() => browser?.close())

describe('a post that cannot wait', { skip }, () => {
  let house, brand, writer, reader, manager
  const standing = async text => (await brand.mine()).filter(post => plain(post.content).includes(text))
  const overflow = page => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)

  before(async () => {
    house = await House.open()
    const boss = await visitor(browser, house.base)
    brand = await Person.enter('a', 'brand')
    await house.setUp(boss)
    await connect(house, boss)
    writer = await invite(browser, house, boss, 'Wanda Words', 'specialist')
    reader = await invite(browser, house, boss, 'Rae Referent', 'referent', PHONE)
    manager = await invite(browser, house, boss, 'Cam Manager', 'community_manager')
  })
  after(async () => { await house?.close() })

  /** An idea of the specialist; gives its address. */
  async function idea(title) {
    await writer.goto(`${house.base}/speak/new`)
    await writer.getByLabel('The idea in one line').fill(title)
    await button(writer, 'Bring the idea').click()
    await writer.waitForURL(/\/speak\/[0-9a-f-]{36}/)
    return new URL(writer.url()).pathname
  }

  /** Straight to its words, and before the reader. */
  async function rushed(title, text) {
    const address = await idea(title)
    await writer.getByLabel('Why it is urgent').fill('People ask whether their money is gone')
    await button(writer, 'Write it now').click()
    await writer.locator('#text').fill(text)
    await writer.locator('[name=to]').first().check()
    for (const box of await writer.locator('#fast [name=tick]').all()) await box.check()
    await button(writer, 'Ask for the second look').click()
    await writer.getByText('second look awaited').waitFor()
    return address
  }

  test('there is none until the community manager opens it', async () => {
    await idea(`Closed ${word()}`)
    assert.equal(await writer.locator('#fast').count(), 0)
    await manager.goto(`${house.base}/speak`)
    await manager.locator('summary', { hasText: 'Rules' }).click()
    await manager.getByRole('link', { name: 'Fast lane' }).click()
    await manager.getByLabel('There is a fast lane').check()
    await button(manager, 'Save').click()
    await manager.getByRole('alert').filter({ hasText: 'Name at least one person who reads' }).waitFor()
    assert.equal(manager.faults.length, 1, 'the browser tells of the refusal, and of nothing else')
    assert.match(manager.faults.pop(), /422/)
    assert.ok(await manager.getByLabel('There is a fast lane').isChecked(), 'what was said stands there still')
    await manager.locator('[name=role][value=specialist]').check()
    await manager.locator('[name=reader-0]').selectOption({ label: 'Rae Referent' })
    await manager.getByLabel('Leaves after the yes, in seconds').fill('10')
    assert.deepEqual(await findings(manager), [])
    await shoot(manager, 'fast-lane')
    await button(manager, 'Save').click()
    await manager.getByText('Saved').first().waitFor()
    noFaults(manager)
  })

  test('one writes, one reads on a phone, and it stands on the network once', async () => {
    const [title, text] = [`Payments ${word()}`, `Ticketing is mended ${word()}`]
    const address = await rushed(title, text)
    assert.deepEqual(await findings(writer), [])
    await shoot(writer, 'fast-asked')
    assert.equal(await writer.getByRole('link', { name: 'Read and answer' }).count(), 0, 'not to its author')

    await reader.goto(`${house.base}/`)
    await reader.getByText('On attend votre regard').waitFor()
    await reader.getByRole('link', { name: 'Lire et répondre' }).click()
    await reader.getByText(text).first().waitFor()
    assert.equal(await overflow(reader), 0)
    assert.deepEqual(await findings(reader), [])
    await shoot(reader, 'fast-check-phone')
    const check = reader.url()
    const refused = await writer.request.post(check, { form: { answer: 'yes' }, headers: { origin: house.base } })
    assert.equal(refused.status(), 422, 'its author says no yes, by the form itself either')
    await button(reader, 'Valider et publier').click()
    await button(reader, 'Annuler le départ').waitFor()
    const seen = await until('it stands on the network', async () => { const found = await standing(text); return found.length > 0 && found }, 90)
    assert.equal(seen.length, 1)
    await until('the page says so', async () => { await reader.goto(check); return (await reader.content()).includes('partie avec l’accord') }, 60)

    await manager.goto(`${house.base}/speak`)
    await manager.getByRole('link', { name: /To look at afterwards/ }).click()
    await manager.getByLabel('A word, if there is one').waitFor()
    assert.deepEqual(await findings(manager), [])
    await manager.getByLabel('A word, if there is one').fill('Well done')
    await button(manager, 'Looked at').click()
    await manager.getByText('Looked at by Cam Manager').waitFor()
    await shoot(manager, 'fast-reviews')
    assert.equal((await standing(text)).length, 1)
    await writer.goto(house.base + address)
    await writer.getByText('left with the yes of Rae Referent').waitFor()
    for (const page of [writer, reader, manager]) noFaults(page)
  })

  test('a no goes back with its reason, and a change makes a yes void', async () => {
    const text = `Never said ${word()}`
    const address = await rushed(`Twice ${word()}`, text)
    await reader.goto(`${house.base}/`)
    await reader.getByRole('link', { name: 'Lire et répondre' }).click()
    await reader.locator('summary', { hasText: 'Renvoyer' }).click()
    await reader.getByLabel('Ce qui ne va pas').fill('Le chiffre est faux')
    await shoot(reader, 'fast-no-phone')
    await button(reader, 'Renvoyer avec ce motif').click()
    await reader.getByText('non de Rae Referent').first().waitFor()
    await writer.goto(house.base + address)
    await writer.getByText('Le chiffre est faux').first().waitFor()
    await writer.locator('#text').fill(`${text} mended`)
    for (const box of await writer.locator('#fast [name=tick]').all()) await box.check()
    await button(writer, 'Ask for the second look').click()
    await writer.getByText('second look awaited').waitFor()
    await reader.goto(`${house.base}/`)
    await reader.getByRole('link', { name: 'Lire et répondre' }).click()
    await button(reader, 'Valider et publier').click()
    await button(reader, 'Annuler le départ').waitFor()
    await writer.reload()
    await writer.locator('#text').fill(`${text} once more`)
    await writer.locator('[data-send]').click()
    await writer.getByText('no longer holds').waitFor()
    await new Promise(resolve => setTimeout(resolve, 14_000))
    assert.equal((await standing(text)).length, 0, 'nothing left')
    for (const page of [writer, reader]) noFaults(page)
  })
})
