// SPDX-License-Identifier: Apache-2.0
// That @polkadot/api connects to a node, decodes the metadata and every storage item, signs with
// no custom types, and is told why a stranger is refused. Takes the node's URL.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { ApiPromise, Keyring, WsProvider } from '@polkadot/api';

const url = process.env.DMSM_NODE ?? 'ws://127.0.0.1:9944';
const keyring = new Keyring({ type: 'sr25519' });
const alice = keyring.addFromUri('//Alice');
const stranger = keyring.addFromUri('//Stranger');
const invited = keyring.addFromUri('//Invited');
let api;

before(async () => {
  api = await ApiPromise.create({ provider: new WsProvider(url), noInitWarn: true });
});

after(() => api.disconnect());

const included = (transaction, signer) =>
  new Promise((resolve, reject) => {
    transaction
      .signAndSend(signer, (result) => {
        if (result.status.isInBlock) resolve(result);
        if (result.isError) reject(new Error(`not included: ${result.status}`));
      })
      .catch(reject);
  });

test('the metadata has our pallets', () => {
  for (const section of ['members', 'devices', 'notifications', 'records', 'prepaid']) {
    assert.ok(api.tx[section], `${section} has calls`);
    assert.ok(api.query[section], `${section} has storage`);
  }
  assert.equal(api.runtimeVersion.specName.toString(), 'dmsm');
});

test('a council motion with one of our calls is signed and included', async () => {
  const call = api.tx.members.invite(invited.address);
  const result = await included(api.tx.council.propose(1, call, call.encodedLength + 4), alice);
  assert.equal(result.dispatchError, undefined);
  const event = result.events.find(({ event }) => api.events.members.Invited.is(event));
  assert.equal(event.event.data.account.toString(), invited.address);
  assert.ok((await api.query.members.invitations(invited.address)).isSome);
});

test('what is on offer is read with its terms', async () => {
  const offers = await api.query.prepaid.requestTypes.entries();
  const kinds = offers.map(([key]) => key.args[0].toString()).sort();
  assert.deepEqual(kinds, ['BillDetails', 'SavingAdvice', 'UsageDetails']);
  assert.ok(offers.every(([, terms]) => terms.unwrap().price.toBigInt() > 0n));
});

test('the error of a call of ours is named', async () => {
  const { dispatchError } = await included(api.tx.members.leave(), alice);
  assert.equal(api.registry.findMetaError(dispatchError.asModule).name, 'UnknownMember');
});

// What scripts/test-api has put on chain.
const filled = {
  members: ['members', 'memberIdOf', 'invitations', 'usageOf'],
  devices: ['devices'],
  prepaid: ['requestTypes', 'requests', 'letters', 'inbox', 'outbox', 'deadlines', 'lastTimestamps'],
};

test('every storage item is decoded', async () => {
  let decoded = 0;
  const entries = {};
  for (const [section, items] of Object.entries(api.query)) {
    if (section === 'substrate') continue;
    for (const item of Object.values(items)) {
      if (!item.creator?.meta) continue;
      if (item.creator.meta.type.isPlain) {
        (await item()).toHuman();
      } else {
        for (const [key, value] of await item.entries()) {
          key.toHuman();
          value.toHuman();
          entries[`${section}.${item.creator.method}`] = (entries[`${section}.${item.creator.method}`] ?? 0) + 1;
        }
      }
      decoded += 1;
    }
  }
  assert.ok(decoded > 40, `${decoded} storage items`);
  for (const [section, items] of Object.entries(filled)) {
    for (const item of items) {
      assert.ok(entries[`${section}.${item}`] > 0, `${section}.${item} holds nothing that was decoded`);
    }
  }
});

test("a stranger's transaction never enters the pool", async () => {
  const before = await api.rpc.author.pendingExtrinsics();
  await assert.rejects(
    api.tx.system.remark('0x00').signAndSend(stranger),
    // The pool names a refused membership by its code: see the pallet `members`.
    /Custom error: 1$/,
  );
  const pending = await api.rpc.author.pendingExtrinsics();
  assert.ok(pending.length <= before.length);
});

test('an invited account may apply and nothing else', async () => {
  await assert.rejects(api.tx.system.remark('0x00').signAndSend(invited), /Custom error: 1$/);
});
