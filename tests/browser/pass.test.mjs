// A guest pass with a real mail server: allowed, given from the page of a post, its link and its code read from the mailbox that
// they went to, words found by somebody without an account, and what they can't reach. Then it ends under their hands.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { button } from './editorial.mjs'
import { allow, connect, FOLDER, lying } from './mail.mjs'
import { findings, House, launch, looksRight, noFaults, shoot, until, visitor, word } from './support.mjs'

const skip = FOLDER ? false : 'PARVIS_TEST_MAIL is not set: no mail server to talk to'

/** What a mail says, its soft line ends and its coded bytes undone. */
const plain = mail => Buffer.from(mail.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1').toString()

describe('a guest pass', { skip }, () => {
  const brand = `brand-${word()}@brand.test`
  const guest = `guest-${word()}@ext.test`
  const title = `Behind the scenes ${word()}`
  const text = `The projectionist rewinds a film by hand ${word()}`
  let browser, house, boss, stranger, address

  before(async () => {
    browser = await launch()
    house = await House.open({ allow })
    boss = await visitor(browser, house.base)
    await house.setUp(boss)
    await connect(boss, house.base, brand)
    await boss.waitForURL(url => !url.pathname.endsWith('/mail'))
    stranger = await visitor(browser, house.base)
  })
  after(async () => { await house?.close(); await browser?.close() })

  const letters = count => until(`${count} letters lie there`, () => lying(guest).length >= count && lying(guest).map(plain), 60)
  const link = mails => mails.map(mail => mail.match(/http:\S+\/pass\/[\w-]+/)?.[0]).find(Boolean)
  const code = mails => mails.map(mail => mail.match(/^Subject: (\d{6}) is your code/mi)?.[1]).find(Boolean)

  test('it is asked for from a post, once the organisation allows it', async () => {
    await boss.goto(`${house.base}/speak/new`)
    await boss.getByLabel('The idea in one line').fill(title)
    await button(boss, 'Bring the idea').click()
    await boss.waitForURL(/\/speak\/[0-9a-f-]{36}/)
    address = new URL(boss.url()).pathname
    await button(boss, 'Keep').click()
    await button(boss, 'Have it written').waitFor()
    await boss.goto(house.base + address)
    assert.equal(await boss.getByText('Ask somebody without an account').count(), 0)

    await boss.goto(`${house.base}/organisation/passes`)
    await boss.getByLabel('People without an account may act by a link').check()
    await button(boss, 'Save').click()
    await boss.getByRole('alert').filter({ hasText: 'mailbox' }).waitFor()
    boss.faults = boss.faults.filter(fault => !/status of 422 .*\/organisation\/passes/.test(fault))
    await boss.getByLabel('Mailbox that writes to them').selectOption({ index: 1 })
    await looksRight(boss, 'whether passes are allowed', { touch: true })
    await button(boss, 'Save').click()
    await boss.getByText('Saved.').waitFor()

    await boss.goto(house.base + address)
    await boss.getByText('Ask somebody without an account').click()
    await boss.getByLabel('Name', { exact: false }).first().fill('Léa Morin')
    await boss.getByLabel('Address', { exact: false }).fill(guest)
    await boss.getByLabel('What you want to tell them').fill('Two sentences, light.')
    await looksRight(boss, 'the form of a pass', { touch: true })
    await shoot(boss, 'pass-new')
    await button(boss, 'Send the pass').click()
    await boss.getByText('The pass is made', { exact: false }).waitFor()
    await boss.getByText('Léa Morin').first().waitFor()
    noFaults(boss)
  })

  test('the link opens nothing without the code that goes to the same address', async () => {
    const mails = await letters(1)
    assert.match(mails[0], /Two sentences, light\./)
    assert.doesNotMatch(mails[0], new RegExp(title))
    await until('the list says that it left', async () => { await boss.goto(`${house.base}/speak/passes`); return (await boss.content()).includes('not opened yet') })
    await looksRight(boss, 'the list of passes', { touch: true })
    await shoot(boss, 'passes')
    await stranger.goto(link(mails))
    assert.equal((await stranger.content()).includes(guest), false)
    await looksRight(stranger, 'the door', { touch: true })
    await shoot(stranger, 'pass-door')
    await button(stranger, 'Send me a code').click()
    await stranger.getByLabel('Code of six digits').fill('000000')
    await letters(2)
    await button(stranger, 'Enter').click()
    await stranger.getByRole('alert').filter({ hasText: 'isn’t the code' }).waitFor()
    stranger.faults = stranger.faults.filter(fault => !/status of 422 .*\/pass\//.test(fault))
    await stranger.getByLabel('Code of six digits').fill(code(await letters(2)))
    await looksRight(stranger, 'the door with its code', { touch: true })
    await button(stranger, 'Enter').click()
    await stranger.waitForURL(house.base + address)
    noFaults(stranger)
  })

  test('who has no account finds the words, and nothing else of the house', async () => {
    await stranger.getByText('You are here as a guest of House of Lanterns').waitFor()
    await looksRight(stranger, 'the post of a guest')
    await shoot(stranger, 'pass-post')
    assert.equal(await stranger.locator('nav.rail').count(), 0)
    for (const path of ['/', '/inbox', '/speak', '/calendar', '/organisation', '/settings']) {
      await stranger.goto(house.base + path)
      assert.equal(stranger.url(), house.base + address, path)
    }
    const token = await stranger.request.post(`${house.base}/settings/tokens`, { form: { name: 'x' }, headers: { origin: house.base } })
    assert.equal(token.status(), 403)
    await stranger.locator('#text').fill(text)
    await stranger.locator('[data-send]').click()
    await stranger.getByText('Texts saved').waitFor()
    await stranger.getByLabel('A remark').or(stranger.locator('form[action$="/comment"] textarea')).first().fill('Is Friday too late?')
    await button(stranger, 'Add').last().click()
    await stranger.getByText('Is Friday too late?').waitFor()
    await boss.goto(house.base + address)
    await boss.getByText('Is Friday too late?').waitFor()
    assert.equal(await boss.locator('#text').inputValue(), text)
    assert.match(await boss.locator('[data-region=last]').innerText(), /Léa Morin/)
    assert.deepEqual(await findings(boss), [])
    noFaults(stranger)
    noFaults(boss)
  })

  test('in French as well, and on a phone', async () => {
    await stranger.locator('button[name=to][value=fr]').click()
    await stranger.getByText('Vous êtes ici en invité de House of Lanterns').waitFor()
    await looksRight(stranger, 'la publication d’un invité')
    await stranger.setViewportSize({ width: 390, height: 844 })
    await shoot(stranger, 'pass-post-phone')
    await stranger.setViewportSize({ width: 1440, height: 900 })
    noFaults(stranger)
  })

  test('it ends under the hands of who holds it, and its link opens nothing any more', async () => {
    await boss.goto(`${house.base}/speak/passes`)
    await boss.getByText('last opened', { exact: false }).first().waitFor()
    await button(boss, 'End it Léa Morin').click()
    await boss.getByText('The pass is ended.').waitFor()
    await stranger.goto(house.base + address)
    assert.match(stranger.url(), /\/login/)
    const answer = await stranger.goto(link(await letters(2)))
    assert.equal(answer.status(), 404)
    await stranger.getByText('Ce lien n’ouvre rien').or(stranger.getByText('This link opens nothing')).waitFor()
    stranger.faults = stranger.faults.filter(fault => !/status of 404 .*\/pass\//.test(fault))
    await boss.goto(`${house.base}/organisation/journal`)
    for (const what of ['guest pass given', 'came in by a guest pass', 'guest pass ended']) await boss.getByText(what).first().waitFor()
    noFaults(stranger)
    noFaults(boss)
  })
})
