// What the tests of posts share: people with roles in browsers of their own, and an idea's way to where it is checked.
import { until, visitor } from './support.mjs'

export const button = (page, name) => page.getByRole('button', { name, exact: true })

/** Somebody new with a role, signed in in a browser of their own. */
export async function invite(browser, house, boss, name, role, options = {}) {
  await boss.goto(`${house.base}/organisation/invite`)
  await boss.locator('main [name=name]').fill(name)
  await boss.locator('main [name=email]').fill(`${role}@house.example`)
  await boss.locator(`[name=role][value=${role}]`).check()
  await boss.locator('main form').getByRole('button').last().click()
  const link = await until('the sign-in link is shown', async () => (await boss.content()).match(/http:[^"<\s]+\/link\/[A-Za-z0-9_-]+/)?.[0], 20)
  const page = await visitor(browser, house.base, options)
  await page.goto(link)
  await page.locator('form button').first().click()
  await page.waitForURL(url => !url.pathname.startsWith('/link'))
  return page
}

/** Ticks what is there to be read, one line after the other. */
export async function tickAll(page) {
  const open = page.locator('button.ck[aria-checked=false]')
  for (let left = await open.count(); left > 0; left = await open.count()) {
    await open.first().click()
    await until('the tick stands', async () => await open.count() < left)
  }
}

/** An idea, kept and to be written; gives its address. */
export async function brought(house, page, manager, title, origin = 'agency') {
  await page.goto(`${house.base}/speak/new`)
  await page.getByLabel('The idea in one line').fill(title)
  await page.getByLabel('Origin').selectOption(origin)
  await button(page, 'Bring the idea').click()
  await page.waitForURL(/\/speak\/[0-9a-f-]{36}/)
  const address = new URL(page.url()).pathname
  await manager.goto(house.base + address)
  await button(manager, 'Keep').click()
  await button(manager, 'Have it written').click()
  await button(manager, 'Save and hand over').waitFor()
  return address
}
