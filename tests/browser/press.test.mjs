// A newspaper that publishes feeds, WordPress: connected by its address, its articles and the comments of its readers arrive,
// it is asked politely, and neither its absence nor ours loses anything or brings anything twice.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { answers, comment, password, site, SITE, standing, write } from './press.mjs'
import { findings, House, launch, noFaults, shoot, until, visitor, word } from './support.mjs'

// A feed is asked fifteen times less often than a channel of people.
const FEED = '/feed/', COMMENTS = '/comments/feed/'

describe('a newspaper', { skip: SITE ? false : 'PARVIS_TEST_WORDPRESS is not set: no site to read' }, () => {
  let browser, house, page
  before(async () => {
    browser = await launch()
    house = await House.open({ poll: 1, allow: new URL(SITE).host })
    page = await visitor(browser, house.base)
    await house.setUp(page)
  })
  after(async () => { await browser?.close(); await house?.close() })

  const row = text => page.locator('[data-row]', { hasText: text })
  const said = text => page.locator('article.msg', { hasText: text })

  async function connect(address, name) {
    await page.goto(`${house.base}/channels/new`)
    const form = page.locator('form[action="/channels/new/feed"]')
    await form.locator('[name=address]').fill(address)
    await form.locator('[name=name]').fill(name)
    await form.getByRole('button').click()
    await page.waitForURL(/\/channels\/[0-9a-f-]{36}$/)
    await page.getByText(`${name} is heard`).first().waitFor()
  }

  /** Waits on the open page, which is never reloaded, and opens what has arrived. */
  async function openArrived(text) {
    await until(`“${text}” arrives`, async () => {
      const fresh = page.locator('[data-reveal]')
      if (await fresh.isVisible()) await fresh.click()
      return row(text).isVisible()
    })
    await row(text).click()
    await said(text).waitFor()
  }

  test('its feed is connected, and heard', async () => {
    await connect(SITE + FEED, 'The Daily Lantern')
    await page.getByText('a feed is read, one can’t answer in it').first().waitFor()
    assert.deepEqual(await findings(page), [])
    await shoot(page, 'press-channel')
    noFaults(page)
  })

  test('an article arrives on the open page, says why it cannot be answered and where it stands', async () => {
    const text = word()
    await page.goto(`${house.base}/inbox?state=all`)
    await page.evaluate(() => { globalThis.unreloaded = true })
    const { link } = await write(`Lanterns & co ${text}`, `<p>A <b>long</b> evening ${text}</p><script>alert(1)</script>`)
    await openArrived(text)
    assert.equal(await page.evaluate(() => globalThis.unreloaded), true)
    await said(text).getByRole('heading', { name: `Lanterns & co ${text}` }).waitFor()
    assert.equal(await page.locator('[data-region=compose] .why a').getAttribute('href'), link)
    assert.equal(await page.locator('[data-compose=public] button:not([disabled])').count(), 0, 'nothing can be sent')
    assert.deepEqual(await findings(page), [])
    await shoot(page, 'press-article')
    noFaults(page)
  })

  test('an article that is changed is shown with its earlier text', async () => {
    const [earlier, later] = [word(), word()]
    await page.goto(`${house.base}/inbox?state=all`)
    const { id } = await write(`Correction ${earlier}`, `<p>${earlier}</p>`)
    await openArrived(earlier)
    await write(`Correction ${earlier}`, `<p>${later}</p>`, id)
    await said(later).waitFor({ timeout: 60_000 })
    await said(later).locator('.versions summary').click()
    await said(later).locator('.versions .old', { hasText: earlier }).waitFor()
    noFaults(page)
  })

  test('the comment of a reader arrives by the feed of comments', async () => {
    const [title, text] = [word(), word()]
    const { id } = await write(`Open to all ${title}`, '<p>What do you think?</p>')
    await connect(SITE + COMMENTS, 'Readers')
    await page.goto(`${house.base}/inbox?state=all`)
    await comment(id, 'Aurélie', `Where may I write to you? ${text}`)
    await openArrived(text)
    await page.locator('[data-conversation] h2', { hasText: 'Aurélie' }).waitFor()
    await shoot(page, 'press-comment')
    noFaults(page)
  })

  test('as long as nothing is new the site is asked in a way that costs it nothing', async () => {
    const text = word()
    await write(`The last one ${text}`, '<p>Nothing follows.</p>')
    await page.goto(`${house.base}/inbox?state=all`)
    await openArrived(text)
    await until('the marks of the last version are trusted', () => answers(FEED).at(-1) === 304)
    const before = answers(FEED).length
    await until('it is asked again', () => answers(FEED).length >= before + 2)
    assert.deepEqual([...new Set(answers(FEED).slice(before))], [304])
  })

  test('a site that is down is drawn deaf, then heard; what it kept arrives, once', async () => {
    const [before, missed] = [word(), word()]
    await write(`Before the night ${before}`, '<p>x</p>')
    await page.goto(`${house.base}/inbox?state=all`)
    await openArrived(before)
    await page.goto(`${house.base}/channels`)
    site('kill')
    try {
      await page.getByText('2 channels can’t be heard').waitFor({ timeout: 60_000 })
      assert.equal(await page.locator('tr.deaf').count(), 2)
      await shoot(page, 'press-deaf')
      assert.deepEqual(await findings(page), [])
      await page.goto(`${house.base}/`)
      await page.locator('.deaf', { hasText: 'The Daily Lantern' }).first().waitFor()
    } finally { site('start') }
    await page.goto(`${house.base}/channels`)
    await write(`In the morning ${missed}`, '<p>x</p>')
    await page.getByText('All 2 channels are heard').waitFor({ timeout: 90_000 })
    await page.goto(`${house.base}/inbox?state=all`)
    await openArrived(missed)
    await row(before).first().waitFor()
    assert.equal(await row(before).count(), 1)
    noFaults(page)
  })

  test('after Parvis was killed every article is there, once', async () => {
    const [before, meanwhile] = [word(), word()]
    await write(`Standing ${before}`, '<p>x</p>')
    await page.goto(`${house.base}/inbox?state=all`)
    await openArrived(before)
    await house.kill()
    await write(`While nobody listened ${meanwhile}`, '<p>x</p>')
    await house.begin()
    await until('what was written meanwhile arrives', async () => {
      await page.goto(`${house.base}/inbox?state=all`)
      return row(meanwhile).first().isVisible()
    })
    assert.deepEqual([await row(before).count(), await row(meanwhile).count()], [1, 1])
  })
})

describe('the comments on a site of ours', { skip: SITE ? false : 'PARVIS_TEST_WORDPRESS is not set: no site to moderate' }, () => {
  let browser, house, page
  before(async () => {
    browser = await launch()
    house = await House.open({ poll: 1, allow: new URL(SITE).host })
    page = await visitor(browser, house.base)
    await house.setUp(page)
  })
  after(async () => { await browser?.close(); await house?.close() })

  test('are held, approved, called spam and brought back from the inbox; a slip is taken back in time', async () => {
    const text = word()
    await page.goto(`${house.base}/channels/new`)
    const form = page.locator('form[action="/channels/new/wordpress"]')
    for (const [name, value] of [['address', SITE], ['user', 'admin'], ['password', password()]]) await form.locator(`[name=${name}]`).fill(value)
    await form.getByRole('button').click()
    await page.waitForURL(/\/channels\/[0-9a-f-]{36}$/)
    const article = await write(`Open to all ${word()}`, '<p>What do you think?</p>')
    const { id } = await comment(article.id, 'Aurélie', `Buy lanterns here ${text}`)
    await page.goto(`${house.base}/inbox?state=all`)
    const row = page.locator('[data-row]', { hasText: text })
    await until('the comment arrives', async () => { await page.reload(); return row.isVisible() })
    await row.click()
    const said = page.locator('article.msg', { hasText: text })
    const press = name => said.getByRole('button', { name, exact: true }).click()
    await press('Hold')
    await said.getByText('To be held.').waitFor()
    await press('Undo')
    await said.getByRole('button', { name: 'Hold', exact: true }).waitFor()
    await new Promise(resolve => setTimeout(resolve, 12_000))
    assert.equal(await standing(id), 'approved', 'what was taken back is not done')
    for (const [name, told, status] of [
      ['Hold', 'Held: nobody else sees it there.', 'hold'], ['Approve', 'Approved.', 'approved'],
      ['Spam', 'Marked as spam.', 'spam'], ['Not spam', 'Brought back: it isn’t spam.', 'approved'],
    ]) {
      await press(name)
      if (status === 'hold') {
        await said.getByText('To be held.').waitFor()
        await shoot(page, 'moderate-held')
        assert.deepEqual(await findings(page), [])
      }
      await said.getByText(told, { exact: true }).waitFor({ timeout: 60_000 })
      assert.equal(await standing(id), status)
      if (status === 'spam') {
        await said.getByText('No longer shown over there.').waitFor({ timeout: 60_000 })
        await shoot(page, 'moderate-spam')
        assert.deepEqual(await findings(page), [])
      }
    }
    noFaults(page)
  })
})
