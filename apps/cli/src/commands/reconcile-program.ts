import { type Command, Option } from 'commander'
import { run } from '../output.ts'

const data = () =>
  new Option('--data <folder>', 'data folder of a network').default('.unifare/network')
const json = () => new Option('--json', 'print one JSON document on standard output')

/** `unifare reconcile`, `payments` and `cases`: the centre's books against the bank and the street. */
export function addReconcileProgram(program: Command): void {
  program
    .command('reconcile')
    .description('compare bank, settlement, ledger, terminals and cards; name every difference')
    .addOption(data())
    .option('--day <YYYY-MM-DD>', 'up to this business day; the last closed one without')
    .option('--party <id>', 'an issuer, for its own records; the centre without')
    .option('--bank <file>', "statement of the centre's account: camt.053 or CSV profile")
    .addOption(
      new Option('--lang <language>', 'language of the words').choices(['en', 'zh']).default('en'),
    )
    .addOption(json())
    .action((options) =>
      run(async () => (await import('./reconcile/reconcile.ts')).reconcile(options)),
    )

  program
    .command('cases')
    .description(
      'conflict cases 冲突案例: one key, two contents, who delivered which; exit code 1 with any',
    )
    .addOption(data())
    .addOption(json())
    .action((options) => run(async () => (await import('./cases/cases.ts')).printCases(options)))

  program
    .command('payments')
    .description('write the payments that settle as a pain.001-like file for the bank')
    .addOption(data())
    .option('--window <window>', 'of this settlement window; of all without')
    .option('--accounts <file>', 'JSON: {"<member>": {"name", "account", "bank"}}; made up without')
    .option('--out <file>', 'file to write; standard output without')
    .addOption(json())
    .action((options) =>
      run(async () => (await import('./reconcile/payments.ts')).writePayments(options)),
    )
}
