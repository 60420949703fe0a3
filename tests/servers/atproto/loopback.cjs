// node --require loopback.cjs ...      makes every TCP server of the process listen on 127.0.0.1, whatever its package asks for
const { Server } = require('node:net')
const listen = Server.prototype.listen
Server.prototype.listen = function (where, ...rest) {
  if (typeof where === 'object' && where?.port !== undefined && !where.path) return listen.call(this, { ...where, host: '127.0.0.1' }, ...rest)
  if (typeof where === 'number' || /^\d+$/.test(where)) return listen.call(this, Number(where), '127.0.0.1', ...rest.filter((it) => typeof it === 'function'))
  return listen.call(this, where, ...rest)
}
