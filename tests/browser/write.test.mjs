// What is written is checked and shaped before it leaves: the charter beside the words, for posts and for answers, a thread
// on a real network, and the calendar that asks for an hour.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { brought, button, invite, tickAll } from './editorial.mjs'
import { connect, FOLDER, Person } from './snac.mjs'
import { findings, House, launch, looksRight, noFaults, shoot, until, visitor, word } from './support.mjs'

const skip = FOLDER ? false : 'PARVIS_TEST_SNAC2 is not set: no server to talk to'
const plain = html => html.replace(/<[^>]+>/g, ' ')
const PROMISE = 'Your money comes back: we guarantee it.'

let browser
before(async () => { browser = await launch() })
after(() => browser?.close())

describe('what is written', { skip }, () => {
  let house, boss, manager, referent, brand
  before(async () => {
    house = await House.open()
    boss = await visitor(browser, house.base)
    brand = await Person.enter('a', 'brand')
    await house.setUp(boss)
    await connect(house, boss)
    manager = await invite(browser, house, boss, 'Cam Manager', 'community_manager')
    referent = await invite(browser, house, boss, 'Rae Referent', 'referent')
  })
  after(async () => { await house?.close() })

  const remark = (page, text) => page.locator('[data-remark]', { hasText: text })

  test('the charter marks words while one types, corrects them at one press, and takes that back', async () => {
    await brought(house, manager, manager, `Charter ${word()}`, 'team')
    const box = manager.locator('#text')
    const said = 'Come and see the opening of our cinema tonight !! #filmfestivalnight'
    await box.click()
    await box.pressSequentially(said)
    await remark(manager, '!!').first().waitFor()
    await manager.locator('[data-veil] mark').first().waitFor({ state: 'attached' })
    const marked = await manager.locator('[data-veil] mark').allTextContents()
    assert.ok(marked.some(it => it.includes('!!')), JSON.stringify(marked))
    const press = manager.locator('[data-apply]').first()
    const before = await box.inputValue()
    await press.click()
    await until('the words are changed', async () => await box.inputValue() !== before, 10)
    await box.press('Control+z')
    assert.equal(await box.inputValue(), before)
    await shoot(manager, 'charter')
    assert.deepEqual(await findings(manager), [])
    noFaults(manager)
  })

  test('what asks for a reason stops the last word until somebody gives one, which the history keeps', async () => {
    const address = await brought(house, manager, manager, `Promise ${word()}`, 'team')
    await manager.locator('#text').fill(PROMISE)
    await manager.locator('[name=to]').first().check()
    await button(manager, 'Save and hand over').click()
    await manager.getByText('needs a reason').first().waitFor()
    await tickAll(manager)
    assert.equal(await button(manager, 'Validate').count(), 0)
    await manager.getByText('a reason for what the charter').waitFor()
    const refused = await manager.request.post(`${house.base}${address}/step`, { form: { step: 'validate' }, headers: { origin: house.base } })
    assert.equal(refused.status(), 422)
    await manager.locator('summary', { hasText: 'Leave it, with a reason' }).first().click()
    await manager.getByLabel('Why it may stay').first().fill('Finance confirmed it in writing')
    await manager.getByRole('button', { name: 'Leave it', exact: true }).first().click()
    await manager.getByText('Finance confirmed it in writing').first().waitFor()
    await button(manager, 'Validate').click()
    await button(manager, 'Publish now').waitFor()
    await manager.goto(`${house.base}${address}/versions`)
    await manager.getByText('Finance confirmed it in writing').waitFor()
    assert.deepEqual(await findings(manager), [])
    noFaults(manager)
  })

  test('an answer in the inbox is held against the same charter', async () => {
    const customer = await Person.enter('a', 'customer')
    const mark = word(), question = `where is my ticket? ${mark}`
    await customer.post(`@brand ${question}`)
    // The account has been spoken to by other tests: the list may be longer than a page.
    await manager.goto(`${house.base}/inbox?q=${mark}`)
    const row = manager.locator('[data-row]', { hasText: question })
    await until('the question arrives', async () => { await manager.reload(); return row.isVisible() }, 90)
    await row.click()
    await manager.locator('#text').fill(PROMISE)
    await remark(manager, 'binds the house').waitFor()
    await button(manager, 'Send').click()
    await manager.getByRole('alert').filter({ hasText: 'The charter asks for a reason here' }).waitFor()
    assert.match(manager.faults.pop(), /422/)
    await shoot(manager, 'charter-answer')
    assert.deepEqual(await findings(manager), [])
    await manager.getByLabel('The charter asks for a reason').fill('Agreed with customer service')
    await button(manager, 'Send').click()
    await manager.locator('article.msg', { hasText: PROMISE }).locator('.way.held').waitFor()
    noFaults(manager)
  })

  test('who is named is known on the network or is said to be nobody, and somebody to name is found', async () => {
    const address = await brought(house, manager, manager, `Names ${word()}`, 'team')
    const nobody = `nobody${word()}`
    await manager.locator('#text').fill(`Thank you @remote@127.0.0.3 and @${nobody}, not @bob.example`)
    await manager.locator('[name=to]').first().check()
    await button(manager, 'Save and hand over').click()
    await manager.getByRole('link', { name: 'Who are the people named here?' }).click()
    await manager.waitForURL('**/names')
    const said = name => manager.locator('main li', { hasText: name })
    assert.match(await said('@remote@127.0.0.3').textContent(), /known there.*remote/s)
    assert.match(await said(nobody).textContent(), /nobody by this name/)
    assert.match(await said('@bob.example').textContent(), /not a name of this network/)
    await looksRight(manager, 'who is named', { touch: true })
    await shoot(manager, 'names')
    await manager.getByLabel('Name or handle').fill('custo')
    await manager.keyboard.press('Enter')
    await manager.locator('[data-found] li', { hasText: '@customer@127.0.0.2' }).waitFor()
    await looksRight(manager, 'who was found', { touch: true })
    await manager.getByLabel('Name or handle').fill(nobody)
    await button(manager, 'Look').click()
    await manager.getByText('Nobody was found by this name.').waitFor()
    await manager.goto(`${house.base}${address}/names?on=${'0'.repeat(8)}-0000-7000-8000-${'0'.repeat(12)}&q=x`)
    assert.match(manager.faults.pop(), /404/)
    noFaults(manager)
  })

  test('a text in parts stands on the network as a thread, each part once, and a first comment below the first', async () => {
    const mark = word()
    const address = await brought(house, manager, manager, `Thread ${word()}`, 'team')
    await manager.locator('#text').fill(`First part ${mark}\n---\nSecond part ${mark}\n---\nThird part ${mark}`)
    await manager.locator('[name=to]').first().check()
    await manager.getByLabel('As a thread, if it is too long').check()
    await manager.locator('.fil li').nth(2).waitFor()
    assert.match(await manager.locator('.fil li').nth(1).textContent(), /Second part .*\(2\/3\)/)
    // By keyboard, from one field to the next.
    await manager.getByLabel('First comment', { exact: true }).focus()
    await manager.keyboard.type(`The programme ${mark} @bob.example`)
    const preview = manager.locator('[data-preview]:not([hidden])')
    await preview.locator('.below', { hasText: `The programme ${mark}` }).waitFor()
    await preview.locator('.strangers', { hasText: '@bob.example' }).waitFor()
    assert.deepEqual(await findings(manager), [])
    await shoot(manager, 'thread')
    await button(manager, 'Save and hand over').click()
    await tickAll(manager)
    await button(manager, 'Validate').click()
    await button(manager, 'Publish now').click()
    const parts = await until('all of it stands there', async () => {
      const found = (await brand.mine()).filter(post => plain(post.content).includes(mark))
      return found.length >= 4 && found
    }, 180)
    assert.equal(parts.length, 4)
    const [first, second, third, comment] = ['First part', 'Second part', 'Third part', 'The programme'].map(said => parts.find(post => plain(post.content).includes(said)))
    assert.deepEqual([second, third, comment].map(post => post.in_reply_to_id), [first.id, second.id, first.id])
    await manager.goto(house.base + address)
    await until('the page says so', async () => { await manager.reload(); return (await manager.getByText('published', { exact: true }).count()) >= 4 }, 60)
    await manager.getByText('· First comment').waitFor()
    await manager.goto(`${house.base}${address}/versions`)
    await manager.locator('.diff', { hasText: 'First comment' }).locator('ins', { hasText: mark }).first().waitFor()
    noFaults(manager)
  })

  test('a post without an hour is led onto the calendar by keyboard, and the calendar asks for the hour', async () => {
    const title = `No hour ${word()}`
    await brought(house, manager, manager, title, 'team')
    await manager.goto(`${house.base}/calendar?view=week`)
    assert.deepEqual(await findings(manager), [])
    await manager.locator('.tray [data-card]', { hasText: title }).focus()
    await manager.keyboard.press('x')
    await manager.keyboard.press('ArrowRight')
    await manager.keyboard.press('Space')
    const dialog = manager.getByRole('dialog')
    await dialog.getByLabel('Hour').fill('23:45')
    assert.deepEqual(await findings(manager), [])
    await manager.keyboard.press('Enter')
    await manager.locator('.day [data-card]', { hasText: title }).waitFor()
    await shoot(manager, 'calendar-tray')
    noFaults(manager)
  })

  test('the charter is the house’s own: a word that isn’t used is told with what to write instead', async () => {
    await referent.goto(`${house.base}/organisation`)
    assert.equal(await referent.getByRole('link', { name: 'Charter' }).count(), 0, 'the last word is the community manager’s')
    await manager.goto(`${house.base}/organisation/charter`)
    assert.deepEqual(await findings(manager), [])
    await manager.getByLabel('Words that aren’t used').last().fill('punters = guests')
    await button(manager, 'Save the charter').click()
    await manager.getByText('Charter saved').waitFor()
    await shoot(manager, 'charter-settings')
    await brought(house, manager, manager, `Words ${word()}`, 'team')
    await manager.locator('#text').fill('Our punters come back on Tuesday, and so do their friends.')
    await manager.getByRole('button', { name: 'Write “guests”' }).click()
    await until('the word is changed', async () => (await manager.locator('#text').inputValue()).includes('Our guests come back'), 10)
    noFaults(manager)
  })
})
