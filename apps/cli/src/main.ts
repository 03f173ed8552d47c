import { Command, Option } from 'commander'
import { addBooksProgram } from './commands/books-program.ts'
import { addCardCommands } from './commands/card-program.ts'
import { addClearProgram } from './commands/clear-program.ts'
import { addCodeProgram } from './commands/code-program.ts'
import { addDrillProgram } from './commands/drill-program.ts'
import { addFareProgram } from './commands/fare-program.ts'
import { addFilesProgram } from './commands/files-program.ts'
import { addKeysProgram } from './commands/keys-program.ts'
import { addNationalProgram } from './commands/national-program.ts'
import { addProofProgram } from './commands/proof-program.ts'
import { addReconcileProgram } from './commands/reconcile-program.ts'
import { addSettlementProgram } from './commands/settlement-program.ts'
import { LADDER_RIDERS } from './commands/start-riders.ts'
import { addStatisticsProgram } from './commands/statistics-program.ts'
import { EXIT, run } from './output.ts'
import { whole } from './whole.ts'

const DEFAULT_PORT = 4170
const DEFAULT_RIDERS = 2_000
/** Real time for each ten minutes of the day, so that the page can be watched. */
const DEFAULT_PACE_MS = 100
/** Longer than output takes to be written. */
const LET_GO_MS = 2_000

const program = new Command('unifare')
  .description('Unifare: any member card or one ride code, on any member vehicle or gate')
  .version('0.1.0')
  .showHelpAfterError('(add --help for the options)')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.ok : EXIT.usage))
  .configureOutput({ outputError: (text, write) => write(`unifare: ${text}`) })

const json = () => new Option('--json', 'print one JSON document on standard output')
const port = () =>
  new Option('--port <port>', 'port of the network on this machine')
    .default(DEFAULT_PORT)
    .argParser(whole(1, 65_535))

program
  .command('start')
  .description('start the whole network, ride an accelerated day, settle it and serve its page')
  .addOption(json())
  .addOption(port())
  .option('--once', 'end after the settled day, without the page')
  .option('--seed <text>', 'repeat a network and its day exactly (keys too: for trying out only)')
  .option('--day <YYYY-MM-DD>', 'business day to ride')
  .addOption(
    new Option(
      '--riders <n>',
      `riders of the day 乘客数; ${LADDER_RIDERS} at least: one for every step of the metros' fare ladders`,
    )
      .default(DEFAULT_RIDERS)
      .argParser(whole(1, 100_000)),
  )
  .addOption(
    new Option('--pace <ms>', 'real time for 10 minutes of the day')
      .default(DEFAULT_PACE_MS)
      .argParser(whole(0, 60_000)),
  )
  .option('--lan', 'open the pages of riders and gates to the local network (HTTPS, port + 1)')
  .option('--authority <folder>', 'folder of the local authority for HTTPS', '.unifare/authority')
  .option('--data <folder>', 'folder of journals and database', '.unifare/network')
  .addOption(
    new Option('--clearing <way>', 'close days with objects in memory, or by journal segments')
      .choices(['objects', 'segments'])
      .default('objects'),
  )
  .option('--network <folder>', 'station networks to use instead of generated ones')
  .action((options) =>
    run(async () => (await import('./commands/start-options.ts')).startWith(options)),
  )

program
  .command('trace')
  .description('follow a tap through journal, charge, verdict, ledger and both statements')
  .argument(
    '<tap>',
    'card-<issuer>-<number>-<counter>, code-<issuer>-<account>-<time> or <terminal>-<sequence>',
  )
  .addOption(json())
  .addOption(port())
  .action((tap, options) =>
    run(async () => (await import('./commands/trace.ts')).trace(tap, options)),
  )

program
  .command('alarms')
  .description(
    'gaps and silences 缺号与静默告警 of terminals, operators and files: by operator and kind',
  )
  .option('--data <folder>', 'data folder of the network', '.unifare/network')
  .option('--all', 'every alarm on a line of its own 逐条列出')
  .option('--at <time>', 'instant to ask for; now without')
  .option('--rules <file>', "JSON list of dated alarm rules; the demonstration's without")
  .addOption(json())
  .action((options) => run(async () => (await import('./commands/alarms.ts')).printAlarms(options)))

program
  .command('where')
  .description('where a card, code or city can be used, on what, and why not')
  .argument('<thing...>', 'card number, ride-code account or brand, card name, or city')
  .addOption(json())
  .action((thing, options) =>
    run(async () => (await import('./commands/registry.ts')).whereIs(thing.join(' '), options)),
  )

const registry = program
  .command('registry')
  .description('cities, cards and codes as the two source documents tell them')
  .addOption(json())
  .action((options) =>
    run(async () => (await import('./commands/registry.ts')).listRegistry(options)),
  )

registry
  .command('allot')
  .description('allot a free block of card numbers to an issuer, for ever')
  .argument('<issuer>', 'institution code, 8 digits')
  .addOption(new Option('--blocks <n>', 'how many blocks').default(1).argParser(whole(1, 100)))
  .option('--book <file>', "the registrar's book of blocks", '.unifare/allotments.json')
  .addOption(json())
  .action((issuer, _options, command) =>
    run(async () =>
      (await import('./commands/registry.ts')).allotBlocks(issuer, command.optsWithGlobals()),
    ),
  )

const issuer = program.command('issuer').description('accounts, debts, and an issuer on its own')

issuer
  .command('debts')
  .description('accounts whose fares were advanced and not repaid')
  .addOption(json())
  .addOption(port())
  .action((options) => run(async () => (await import('./commands/issuer.ts')).listDebts(options)))

issuer
  .command('orders')
  .description('loads, refunds and losses: state, time, what happens next')
  .addOption(new Option('--lang <language>', 'language').choices(['en', 'zh']).default('en'))
  .addOption(json())
  .addOption(port())
  .action((options) => run(async () => (await import('./commands/issuer.ts')).listOrders(options)))

issuer
  .command('repay')
  .description('repay the advanced fares of an account; it can ride again at once')
  .argument('<account>', 'ride-code account, 19 digits')
  .addOption(json())
  .addOption(port())
  .action((account, options) =>
    run(async () => (await import('./commands/issuer.ts')).repay(account, options)),
  )

const centre = program.command('centre').description('a clearing centre on its own, and its orders')

centre
  .command('order')
  .description(
    'give a centre an order 指令, signed by its staff or as the driver of its network, and print its answer (JSON)',
  )
  .argument('<order>', 'JSON, or a file with it: {"do": "close-window", "day": "2026-11-20", …}')
  .requiredOption(
    '--config <file>',
    'network file; with a controlToken for orders without signature',
  )
  .option('--id <institution>', 'which centre, where the network has several')
  .option('--at <time>', "instant of the order, which becomes the centre's time; now without")
  .action((order, options) =>
    run(async () => (await import('./commands/centre-order.ts')).orderCentre(order, options)),
  )

centre
  .command('sign')
  .description('sign an order 签署指令 as one of the staff, or as the second one who does')
  .argument('<order>', 'JSON, or a file with it; or a file that another person has signed')
  .requiredOption(
    '--key <file>',
    'own private key (Ed25519, PEM); its passphrase is in UNIFARE_PASSPHRASE',
  )
  .requiredOption('--name <name>', 'own name, as on the list of staff')
  .option('--centre <id>', 'which centre', '00000156')
  .option('--out <file>', 'file to write; standard output without')
  .action((order, options) =>
    run(async () => (await import('./commands/centre-sign.ts')).signOrder(order, options)),
  )

const serving = [
  ['centre', centre],
  ['operator', program.command('operator').description('an operator on its own')],
  ['issuer', issuer],
  ['terminal', program.command('terminal').description("an operator's terminals on their own")],
  ['rider', program.command('rider').description('riders: cards and wallets that ride a day')],
] as const

for (const [party, command] of serving) {
  const serve = command
    .command('serve')
    .description(`run the ${party} of a network file in this process`)
    .requiredOption('--config <file>', 'network file: seed, day, members, addresses')
    .option('--id <institution>', 'which one, where the network has several')
  if (party === 'centre') {
    serve.option(
      '--staff <file>',
      'list of the people 人员名单 whose signed orders the centre takes',
    )
  }
  serve.action((options) =>
    run(async () => (await import('./commands/serve.ts')).serveParty({ ...options, party })),
  )
}

// A watch over readers that is told to end just before it waits again does not hear it, and its
// thread would keep the program from ending for ever.
program.hook('postAction', (_, action) => {
  if (action.opts()['reader'] !== undefined) setTimeout(() => process.exit(), LET_GO_MS).unref()
})
addCardCommands(program.command('card'))
addKeysProgram(program)
addFareProgram(program, port)
addFilesProgram(program, port)
addDrillProgram(program)
addCodeProgram(program)
addBooksProgram(program)
addStatisticsProgram(program)
addNationalProgram(program)
addClearProgram(program)
addProofProgram(program)
addReconcileProgram(program)
addSettlementProgram(program)

program
  .command('bench')
  .description('measure against what a user would pick instead')
  .argument('<subject>', 'card, clearing, code, fares, files, frames, gate or pages')
  .addOption(
    new Option('--taps <n>', 'card taps to clear')
      .default(100_000)
      .argParser(whole(100, 100_000_000)),
  )
  .addOption(
    new Option('--samples <n>', 'random inputs to compare; a million for card').argParser(
      whole(100, 100_000_000),
    ),
  )
  .addOption(
    new Option('--riders <n>', 'riders whose codes are verified; 256 for code').argParser(
      whole(64, 100_000),
    ),
  )
  .addOption(json())
  .action((subject, options) =>
    run(async () => (await import('./commands/bench.ts')).bench(subject, options)),
  )

await program.parseAsync()
