// Started by start.sh: the PLC directory, the AppView, and a lone PDS that has no AppView. Writes network.json when all of them answer.
import { readFileSync, writeFileSync } from 'node:fs'
import { EXAMPLE_LABELER, TestBsky, TestBsync, TestPds, TestPlc, mockResolvers } from '@atproto/dev-env'

const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const url = `http://localhost:${settings.pds}`
const key = 'bsync-api-key'
const plc = await TestPlc.create({ port: settings.plc })
const bsync = await TestBsync.create({ apiKeys: [key], dbUrl: settings.postgres, dbSchema: 'bsync' })
const appview = await TestBsky.create({
  plcUrl: plc.url, bsyncApiKey: key, bsyncUrl: bsync.url, repoProvider: `ws://localhost:${settings.pds}`,
  dbPostgresUrl: settings.postgres, dbPostgresSchema: 'appview', labelsFromIssuerDids: [EXAMPLE_LABELER],
})
bsync.ctx.dataplaneClients = [appview.ctx.dataplane]
// Handles below .test are in no DNS: both ask the PDS, which is a process of its own so that a test can kill it.
const pds = { url, port: settings.pds, ctx: { cfg: { identity: { serviceHandleDomains: ['.test'] }, service: { publicUrl: url } } } }
mockResolvers(appview.ctx.idResolver, pds)
mockResolvers(appview.dataplane.idResolver, pds)
const lone = await TestPds.create({ didPlcUrl: plc.url, bskyAppViewUrl: undefined, bskyAppViewDid: undefined, bskyAppViewCdnUrlPattern: undefined })
mockResolvers(lone.ctx.idResolver, lone)
writeFileSync(`${settings.folder}/network.json`, JSON.stringify({
  pds: url, plc: plc.url, lone: lone.url, appview: appview.url, appview_did: appview.serverDid,
}))
process.on('SIGTERM', () => process.exit(0))
