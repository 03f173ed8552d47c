// `npm start`: installs what is missing and starts the network.
import { join } from 'node:path'
import { installPackages, must, root } from './install.mjs'

installPackages()
must(process.execPath, [join(root, 'apps/cli/bin/unifare.js'), 'start', ...process.argv.slice(2)], {
  cwd: process.cwd(),
})
