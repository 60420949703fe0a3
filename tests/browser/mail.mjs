// A real mail server, as browser tests use it: what lies in a mailbox, and a mailbox connected as a channel.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const FOLDER = process.env.PARVIS_TEST_MAIL

export const ports = FOLDER && Object.fromEntries(readFileSync(join(FOLDER, 'run/ports-by-name'), 'utf8').trim().split('\n').map(line => line.split(' ')))

/** What a house has to be allowed to call. */
export const allow = `127.0.0.1:${ports?.imap},127.0.0.1:${ports?.smtp}`

/** The mails that lie in a mailbox's inbox. */
export const lying = address => ['new', 'cur'].flatMap(name => {
  const folder = join(FOLDER, 'run/mail', address, name)
  try { return readdirSync(folder).map(file => readFileSync(join(folder, file), 'utf8')) } catch { return [] }
})

/** Fills and sends the form that connects a mailbox. */
export async function connect(page, base, address, password = 'pw') {
  await page.goto(`${base}/channels/new`)
  const form = page.locator('form[action="/channels/new/mail"]')
  await form.locator('[name=address]').fill(address)
  await form.locator('[name=sender]').fill('House of Lanterns')
  await form.locator('[name=imap]').fill(`127.0.0.1:${ports.imap}`)
  await form.locator('[name=smtp]').fill(`127.0.0.1:${ports.smtp}`)
  await form.locator('[name=security]').selectOption('plain')
  await form.locator('[name=password]').fill(password)
  await form.getByRole('button').click()
}
