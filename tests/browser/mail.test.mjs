// A mailbox as a channel, with a real mail server: connected by its form, a mail arrives live, is answered, and the answer lies in
// the customer's mailbox once; hostile and automatic mails; a wrong password.
import assert from 'node:assert/strict'
import { chownSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { connect as dial } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { allow, connect as connectBox, FOLDER, lying, ports } from './mail.mjs'
import { findings, House, launch, noFaults as faultless, shoot, until, visitor, word } from './support.mjs'

const skip = FOLDER ? false : 'PARVIS_TEST_MAIL is not set: no mail server to talk to'
const NETWORK = 60

/** Puts a mail into a mailbox, as another server does. */
async function deliver(to, mail) {
  const socket = dial(ports.lmtp, '127.0.0.1')
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  const ask = async (words, code) => {
    if (words) socket.write(words)
    let line
    do { line = (await lines.next()).value } while (line?.[3] === '-')
    assert.ok(line?.startsWith(code), `${words}: ${line}`)
  }
  await ask('', '220')
  await ask('LHLO test\r\n', '250')
  await ask('MAIL FROM:<envelope@ext.test>\r\n', '250')
  await ask(`RCPT TO:<${to}>\r\n`, '250')
  await ask('DATA\r\n', '354')
  await ask(`${mail.replace(/\r?\n/g, '\r\n')}\r\n.\r\n`, '250')
  socket.end()
}

/** Puts a mail among the sent copies of a mailbox, as another mail program does. */
function sendElsewhere(address, mail) {
  const maildir = join(FOLDER, 'run/mail', address)
  const file = join(maildir, '.Sent/cur', `${word()}:2,S`)
  writeFileSync(file, mail)
  const { uid, gid } = statSync(maildir)
  chownSync(file, uid, gid)
}

/** The browser itself complains of the refusal that a wrong password gets. */
const noFaults = page => {
  page.faults = page.faults.filter(fault => !/status of 422 .*\/channels\/new\/mail/.test(fault))
  faultless(page)
}

const row = (page, text) => page.locator('[data-row]', { hasText: text })
const said = (page, text) => page.locator('article.msg', { hasText: text })

describe('a mailbox', { skip }, () => {
  const brand = `brand-${word()}@brand.test`
  let browser, house, page
  before(async () => {
    browser = await launch()
    house = await House.open({ allow })
    page = await visitor(browser, house.base)
    await house.setUp(page)
  })
  after(async () => { await house?.close(); await browser?.close() })

  const connect = password => connectBox(page, house.base, brand, password)

  /** Waits until a row with the text is there, without reloading, and opens it. */
  async function openArrived(text) {
    await page.goto(`${house.base}/inbox`)
    await until(`“${text}” arrives`, async () => {
      const fresh = page.locator('[data-reveal]')
      if (await fresh.isVisible()) await fresh.click()
      return row(page, text).isVisible()
    }, NETWORK)
    await row(page, text).click()
    await said(page, text).waitFor()
  }

  async function answer(text) {
    await page.locator('#text').fill(text)
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await said(page, text).locator('.way.held').waitFor()
  }

  test('a wrong password is told at once and the form keeps what was typed', async () => {
    await connect('wrong')
    await page.getByRole('alert').waitFor()
    assert.equal(await page.locator('form[action="/channels/new/mail"] [name=address]').inputValue(), brand)
    assert.equal(await page.locator('form[action="/channels/new/mail"] [name=password]').inputValue(), '')
    noFaults(page)
  })

  test('it is connected by its form and heard', async () => {
    await connect('pw')
    await page.waitForURL(url => !url.pathname.endsWith('/mail'))
    await until('it is heard', async () => { await page.goto(`${house.base}/channels`); return page.getByText('is heard').first().isVisible() })
    await shoot(page, 'channel-mail')
    noFaults(page)
  })

  test('a mail arrives, is answered, and the answer lies in the mailbox of its sender once', async () => {
    const [question, reply, customer] = [word(), word(), `customer-${word()}@ext.test`]
    await deliver(brand, `From: Anna <${customer}>\nTo: ${brand}\nSubject: =?utf-8?Q?R=C3=A9clamation?=\nMessage-ID: <${question}@ext.test>\n\nMy seat was broken ${question}\n\nOn Monday, you wrote:\n> Welcome\n`)
    await openArrived(question)
    await answer(`We are sorry. ${reply}`)
    await said(page, reply).getByText('published').waitFor({ state: 'attached', timeout: NETWORK * 1000 })
    const [mail] = await until('the answer arrives', () => lying(customer).length > 0 && lying(customer), NETWORK)
    assert.match(mail, new RegExp(`^In-Reply-To: <${question}@ext\\.test>`, 'mi'))
    assert.match(mail, /^Subject: =\?utf-8\?Q\?Re:_R=C3=A9clamation\?=/mi)
    assert.match(mail, /^From: .*House of Lanterns.* <brand-/mi)
    // A colleague answers with another program. When that is seen, the echo of our own answer has been heard too.
    const elsewhere = word()
    await until('our copy is kept', () => readdirSync(join(FOLDER, 'run/mail', brand, '.Sent/cur')).length === 1)
    sendElsewhere(brand, `From: ${brand}\nTo: ${customer}\nSubject: Re: x\nMessage-ID: <${elsewhere}@brand.test>\nIn-Reply-To: <${question}@ext.test>\n\nBy the way ${elsewhere}\n`)
    await said(page, elsewhere).waitFor({ timeout: NETWORK * 1000 })
    assert.equal(await said(page, reply).count(), 1)
    assert.equal(lying(customer).length, 1)
    await shoot(page, 'conversation-mail')
    assert.deepEqual(await findings(page), [])
    noFaults(page)
  })

  test('a hostile mail is shown without calling anybody', async () => {
    const text = word()
    const html = `<p>${text}</p><img src="http://127.0.0.1:9/spy.gif"><script>alert(1)</script><link rel=stylesheet href="http://127.0.0.1:9/x.css"><div style="background:url(http://127.0.0.1:9/y)" onclick="alert(2)">end</div>`
    await deliver(brand, `From: Eve <eve@ext.test>\nSubject: <script>alert(3)</script> ${text}\nMessage-ID: <${text}@ext.test>\nContent-Type: text/html; charset=utf-8\n\n${html}`)
    await openArrived(text)
    await page.getByText('end').first().waitFor()
    noFaults(page)
  })

  test('a program gets no answer, and whoever reads it is told why', async () => {
    const text = word()
    await deliver(brand, `From: Away <away@ext.test>\nSubject: Out of office\nAuto-Submitted: auto-replied\nMessage-ID: <${text}@ext.test>\n\nI am away ${text}`)
    await openArrived(text)
    await page.getByText('Automatic message (Auto-Submitted', { exact: false }).first().waitFor()
    await page.getByText('what a program sent is never answered', { exact: false }).first().waitFor()
    assert.equal(await page.getByRole('button', { name: 'Send', exact: true }).count(), 0, 'nothing to answer with')
    await shoot(page, 'conversation-mail-automatic')
    noFaults(page)
  })
})
