// Bluesky end to end: an account connected by what a person types, a mention, an answer with a picture's worth of marks,
// an edit and a deletion by the author, the server killed and back, and a server that hears nobody.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { FOLDER, Member, fill, network, pds } from './atproto.mjs'
import { House, findings, launch, noFaults, shoot, until, visitor, word } from './support.mjs'

const NETWORK = 60
const skip = FOLDER ? false : 'PARVIS_TEST_ATPROTO is not set: no network to talk to'

const row = (page, text) => page.locator('[data-row]', { hasText: text })
const said = (page, text) => page.locator('article.msg', { hasText: text })

/** Waits on the open inbox until a row with the text is there, and opens it. */
async function openArrived(page, text) {
  await until(`“${text}” arrives`, async () => {
    const fresh = page.locator('[data-reveal]')
    if (await fresh.isVisible()) await fresh.click()
    return row(page, text).isVisible()
  }, NETWORK)
  await row(page, text).click()
  await said(page, text).waitFor()
}

describe('a Bluesky account', { skip }, () => {
  let browser, house, page, brand, customer
  before(async () => {
    browser = await launch()
    const allow = Object.values(network()).filter(it => it.startsWith('http')).map(it => new URL(it).host).join(',')
    house = await House.open({ allow })
    page = await visitor(browser, house.base)
    brand = await Member.join('pds', 'brand')
    customer = await Member.join('pds', 'cust')
    await house.setUp(page)
  })
  after(async () => { await page?.context().close(); await house?.close(); await browser?.close() })

  test('is connected by its name and an app password, and by nothing else', async () => {
    await fill(page, house, brand, 'not-the-password')
    await page.getByRole('alert').getByText('no longer accepts').waitFor()
    await fill(page, house, brand, brand.password)
    await page.getByText('opens the whole account').waitFor()
    await shoot(page, 'bluesky-refused')
    assert.deepEqual(await findings(page), [])
    page.faults = page.faults.filter(fault => !fault.includes('422') && !fault.includes('502'))
    await fill(page, house, brand, brand.appPassword)
    await page.waitForURL(/\/channels\/[0-9a-f-]{36}/)
    await page.getByText('is heard').first().waitFor()
    await page.getByText('Access valid until').waitFor()
    await shoot(page, 'bluesky-channel')
    assert.deepEqual(await findings(page), [])
    noFaults(page)
  })

  test('hears a mention and answers it; the answer stands below it, once', async () => {
    const [question, answer] = [word(), word()]
    await page.goto(`${house.base}/inbox`)
    const post = await customer.mention(brand, `where is my parcel? ${question}`)
    await openArrived(page, question)
    // 300 characters without the name of who is answered, and 3,000 bytes.
    for (const [text, fits] of [['x'.repeat(300), true], ['x'.repeat(301), false], ['👩‍👩‍👧‍👦'.repeat(121), false]]) {
      await page.locator('#text').fill(text)
      await until(`${text.length} is judged`, async () => (await page.locator('#text').getAttribute('aria-invalid')) === String(!fits))
    }
    await page.locator('#text').fill(`On its way: https://parvis.example/été #été ${answer}`)
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await said(page, answer).getByText('published').waitFor({ state: 'attached', timeout: NETWORK * 1000 })
    await shoot(page, 'bluesky-answered')
    const standing = (await brand.posts()).filter(it => it.value.text.includes(answer))
    assert.equal(standing.length, 1)
    assert.equal(standing[0].value.reply.parent.uri, post.uri)
    assert.equal(standing[0].value.facets.length, 2)
    // Its echo is no second message.
    await new Promise(resolve => setTimeout(resolve, 5000))
    await page.reload()
    assert.equal(await said(page, answer).count(), 1)
    noFaults(page)
  })

  test('follows an edit and a deletion by the author, and goes on after its server was killed', async () => {
    const [first, changed, later] = [word(), word(), word()]
    await page.goto(`${house.base}/inbox`)
    const post = await customer.mention(brand, first)
    await openArrived(page, first)
    await new Promise(resolve => setTimeout(resolve, 1100))
    await customer.rewrite(post, { ...post.record, text: post.record.text.replace(first, changed) })
    await until('the edit shows', async () => { await page.reload(); return said(page, changed).isVisible() }, NETWORK)
    await pds('kill')
    await page.goto(`${house.base}/channels`)
    await page.getByText('can’t be heard').first().waitFor({ timeout: NETWORK * 1000 })
    await pds('start')
    await customer.mention(brand, later)
    await page.goto(`${house.base}/inbox`)
    await until('what came later is there', async () => { await page.reload(); return row(page, later).isVisible() }, NETWORK)
    await row(page, later).click()
    await said(page, later).waitFor()
    await page.goto(`${house.base}/inbox`)
    await row(page, changed).click()
    await said(page, changed).waitFor()
    await customer.remove(post)
    await said(page, changed).getByText('deleted by its author').waitFor({ timeout: NETWORK * 1000 })
    noFaults(page)
  })

  test('on a server that hears nobody isn’t deaf, and says what it can’t', async () => {
    const lone = await Member.join('lone', 'lone')
    await fill(page, house, lone, lone.appPassword)
    await page.waitForURL(/\/channels\/[0-9a-f-]{36}/)
    await page.getByText('is heard').first().waitFor()
    await page.getByText('doesn’t offer').first().waitFor()
    await shoot(page, 'bluesky-lone')
    noFaults(page)
  })
})

describe('a Bluesky account signed in on its server’s own page', { skip }, () => {
  let browser, house, page, brand, customer, channel
  before(async () => {
    browser = await launch()
    const allow = Object.values(network()).filter(it => it.startsWith('http')).map(it => new URL(it).host).join(',')
    house = await House.open({ allow })
    page = await visitor(browser, house.base)
    brand = await Member.join('pds', 'brand')
    customer = await Member.join('pds', 'cust')
    await house.setUp(page)
  })
  after(async () => { await page?.context().close(); await house?.close(); await browser?.close() })

  /** Signs in on the page of the server, and agrees or not; what that page does isn't ours. */
  async function answer(button) {
    const [there, faults] = [new URL(brand.server).origin, [...page.faults]]
    await page.getByRole('link', { name: 'localhost' }).click()
    await page.waitForURL(url => url.origin === there)
    await page.locator('input[type=password]').fill(brand.password)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Authorize' }).waitFor()
    await page.getByRole('button', { name: button }).click()
    await page.waitForURL(url => url.origin === house.base)
    page.faults = faults
  }

  test('goes there and comes back connected; saying no comes back too', async () => {
    await fill(page, house, brand, '')
    await page.getByText('localhost').first().waitFor()
    await shoot(page, 'bluesky-page')
    assert.deepEqual(await findings(page), [])
    await answer('Deny access')
    await page.getByRole('alert').waitFor()
    page.faults = page.faults.filter(fault => !fault.includes('422'))
    await fill(page, house, brand, '')
    await answer('Authorize')
    await page.waitForURL(/\/channels\/[0-9a-f-]{36}/)
    channel = page.url()
    await page.getByText('is heard').first().waitFor()
    await page.getByText('Access valid until').waitFor()
    await shoot(page, 'bluesky-signed-in')
    noFaults(page)
  })

  test('hears a mention and answers it', async () => {
    const [question, answer] = [word(), word()]
    await page.goto(`${house.base}/inbox`)
    await customer.mention(brand, `where is my parcel? ${question}`)
    await openArrived(page, question)
    await page.locator('#text').fill(`On its way ${answer}`)
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await said(page, answer).getByText('published').waitFor({ state: 'attached', timeout: NETWORK * 1000 })
    assert.equal((await brand.posts()).filter(it => it.value.text.includes(answer)).length, 1)
    noFaults(page)
  })

  test('that is revoked over there is told as such, and connected again with a click', async () => {
    await brand.revokeApplications()
    await page.goto(channel)
    await page.getByText('The access was revoked or has expired').waitFor({ timeout: NETWORK * 1000 })
    await shoot(page, 'bluesky-revoked')
    assert.deepEqual(await findings(page), [])
    await page.getByRole('button', { name: 'Reconnect' }).first().click()
    await answer('Authorize')
    await page.waitForURL(channel)
    await until('it is heard again', async () => { await page.reload(); return page.getByText('The access was revoked').isHidden() }, NETWORK)
    noFaults(page)
  })

  test('that is removed here is given back over there', async () => {
    assert.equal((await brand.applications()).length, 1)
    await page.goto(channel)
    await page.getByText('Remove').first().click()
    await page.locator('form[action$="/remove"] button').click()
    await page.waitForURL(/\/channels$/)
    assert.equal((await brand.applications()).length, 0)
    noFaults(page)
  })
})
