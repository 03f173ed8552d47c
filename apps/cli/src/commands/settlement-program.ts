import { type Command, Option } from 'commander'
import { run } from '../output.ts'

/** `unifare settlement`: what a centre settles, as its staff reads it; nothing here changes it. */
export function addSettlementProgram(program: Command): void {
  const settlement = program
    .command('settlement')
    .description('windows, reserve accounts, held charges, suspense items of a centre 结算')
  const asked = (command: Command) =>
    command
      .option('--data <folder>', 'data folder of a network', '.unifare/network')
      .addOption(new Option('--lang <language>', 'language').choices(['en', 'zh']).default('en'))
      .addOption(new Option('--json', 'print one JSON document on standard output'))

  asked(settlement.command('windows'))
    .description(
      'settlement windows 结算窗口: state, value date, days; one of them with all it has',
    )
    .argument('[window]', 'one window, for example W20261120-1')
    .action((window, options) =>
      run(async () => (await import('./settlement/windows.ts')).showWindows(window, options)),
    )

  asked(settlement.command('reserves'))
    .description(
      'reserve accounts 备付金 with net debit cap and alarms; exit code 1 with any alarm',
    )
    .action((options) =>
      run(async () => (await import('./settlement/reserves.ts')).showReserves(options)),
    )

  asked(settlement.command('held'))
    .description('suspicious charges 可疑交易: what they wait for, until when, what decided them')
    .option('--all', 'those that were released or rejected, too')
    .action((options) => run(async () => (await import('./settlement/held.ts')).showHeld(options)))

  asked(settlement.command('suspense'))
    .description('suspense items 挂账 that the centre keeps; exit code 1 while one stands')
    .option('--all', 'those that were closed, too')
    .action((options) =>
      run(async () => (await import('./settlement/suspense.ts')).showSuspense(options)),
    )
}
