// The second factor, from setting it up to signing in with it and losing the phone.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import { BOSS, House, findings, launch, looksRight, noFaults, until, visitor } from './support.mjs'

let browser, house, page
before(async () => {
  browser = await launch()
  house = await House.open()
  page = await visitor(browser, house.base)
  await house.setUp(page)
})
after(async () => { await browser?.close(); await house?.close() })

/** The code that a phone shows `steps` from now (RFC 6238), from the key as the page writes it. */
function code(key, steps = 0) {
  const bits = [...key.replaceAll(' ', '')].map(letter => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const secret = Buffer.from(bits.match(/.{8}/g).map(byte => parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps))
  const hash = createHmac('sha1', secret).update(counter).digest()
  const at = hash[19] & 15
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

let key, codes
test('it is set up with a picture or a key, and confirmed by a code', async () => {
  await page.goto(`${house.base}/settings`)
  await page.getByRole('link', { name: 'Set up a second factor' }).click()
  await looksRight(page, 'before', { touch: true })
  await page.getByRole('button', { name: 'Set up a second factor' }).click()
  await page.getByRole('img', { name: 'QR code that holds the key below' }).waitFor()
  await looksRight(page, 'the key', { touch: true })
  key = await page.locator('.secret').textContent()
  await page.getByLabel('Code', { exact: true }).fill('000000')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').waitFor()
  assert.equal(await page.locator('.secret').textContent(), key, 'the key stays the same')
  // Chromium tells of the answer to the wrong code (422) itself.
  page.faults.length = 0
  await page.getByLabel('Code', { exact: true }).fill(code(key))
  await page.keyboard.press('Enter')
  await page.getByText('They won’t be shown again').waitFor()
  codes = await page.locator('.codes code').allTextContents()
  assert.equal(codes.length, 10)
  await looksRight(page, 'the recovery codes', { touch: true })
  await page.getByRole('link', { name: 'I have kept them' }).click()
  await page.getByText('10 recovery codes are left').waitFor()
  noFaults(page)
})

const signOut = () => page.locator('form[action="/logout"] button').first().click()
async function password() {
  await page.goto(`${house.base}/login?next=/settings`)
  await page.getByLabel('E-mail').fill(BOSS.email)
  await page.getByLabel('Password').fill(BOSS.password)
  await page.getByRole('button', { name: 'Enter' }).click()
  await page.waitForURL('**/login/code**')
}

test('the password leads to the code, and nowhere else', async () => {
  await signOut()
  await page.waitForURL('**/login')
  await password()
  await looksRight(page, 'the code', { touch: true })
  await page.goto(`${house.base}/organisation`)
  await page.waitForURL('**/login/code?next=%2Forganisation')
  assert.equal(await page.evaluate(() => document.activeElement.name), 'code', 'one types at once')
  await until('a code that has not been used', async () => {
    await page.getByLabel('Code', { exact: true }).fill(code(key, 1))
    await page.getByRole('button', { name: 'Enter', exact: true }).click()
    await page.waitForURL('**/organisation', { timeout: 5_000 })
    return true
  })
  assert.ok(await page.getByText('One person has one').isVisible())
  assert.deepEqual(await findings(page), [], 'the organisation')
})

test('without the phone a recovery code opens, once', async () => {
  for (const [typed, opens] of [[codes[0], true], [codes[0], false]]) {
    await page.goto(`${house.base}/settings`)
    await signOut()
    await password()
    await page.getByText('Lost your phone?').click()
    await looksRight(page, 'a recovery code', { touch: true })
    await page.getByLabel('Recovery code').fill(typed.toLowerCase())
    await page.getByRole('button', { name: 'Enter with a recovery code' }).click()
    if (opens) await page.getByText('9 recovery codes are left').waitFor()
    else await page.getByRole('alert').waitFor()
  }
})
