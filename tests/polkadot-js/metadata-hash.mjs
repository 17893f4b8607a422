// SPDX-License-Identifier: Apache-2.0
// That a runtime built with the hash of its metadata checks it: a transaction that signs the hash,
// as hardware wallets do, is taken, and one that signs another is not. The hash is computed here, by
// another implementation than the build's. On the way the blob is handed in as an upgrade is.
// Takes the URL of a fresh development node, and the path of the blob.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import { merkleizeMetadata } from '@polkadot-api/merkleize-metadata';
import { ApiPromise, Keyring, WsProvider } from '@polkadot/api';
import { blake2AsHex } from '@polkadot/util-crypto';

const url = process.env.DMSM_NODE ?? 'ws://127.0.0.1:9944';
const alice = new Keyring({ type: 'sr25519' }).addFromUri('//Alice');
const code = await readFile(process.env.DMSM_RUNTIME);
const CODE_KEY = '0x3a636f6465';
let api;
let hash;

before(async () => {
  api = await ApiPromise.create({ provider: new WsProvider(url), noInitWarn: true });
  const metadata = (await api.call.metadata.metadataAtVersion(15)).unwrap().toU8a(true);
  const properties = await api.rpc.system.properties();
  const merkleized = merkleizeMetadata(metadata, {
    decimals: properties.tokenDecimals.unwrap()[0].toNumber(),
    tokenSymbol: properties.tokenSymbol.unwrap()[0].toString(),
  });
  hash = `0x${Buffer.from(merkleized.digest()).toString('hex')}`;
});

after(() => api.disconnect());

const settled = (send) =>
  new Promise((resolve, reject) => {
    send((result) => {
      // While the node compiles an upgrade it may report nothing before finality.
      if (result.status.isInBlock || result.status.isFinalized) resolve(result);
      if (result.isError) reject(new Error(`not included: ${result.status}`));
    }).catch(reject);
  });

const signed = (call, options = {}) => settled((each) => call.signAndSend(alice, options, each));

const remark = (metadataHash) =>
  signed(api.tx.system.remark('0x'), metadataHash ? { metadataHash, mode: 1 } : {});

const handIn = (blob) => settled((each) => api.tx.system.applyAuthorizedUpgrade(blob).send(each));

test('a runtime that was built without the hash refuses those that sign it', async () => {
  assert.equal((await remark()).dispatchError, undefined);
  await assert.rejects(remark(hash), /1011: Unknown Transaction Validity/);
});

test('nobody hands in a code that is not authorized', async () => {
  await assert.rejects(handIn(`0x${code.toString('hex')}`), /1010: Invalid Transaction/);
});

test('anybody hands in the authorized one, unsigned', async () => {
  // The blob has the version of the node's own, so that only sudo can authorize it.
  const authorize = api.tx.system.authorizeUpgradeWithoutChecks(blake2AsHex(code));
  assert.equal((await signed(api.tx.sudo.sudo(authorize))).dispatchError, undefined);
  await assert.rejects(handIn('0x00'), /1010: Invalid Transaction/);
  await handIn(`0x${code.toString('hex')}`);
  assert.equal((await api.rpc.state.getStorageHash(CODE_KEY)).toHex(), blake2AsHex(code));
});

test('then the hash is checked', async () => {
  assert.equal((await remark(hash)).dispatchError, undefined);
  assert.equal((await remark()).dispatchError, undefined);
  await assert.rejects(remark(`0x${'11'.repeat(32)}`), /1010: Invalid Transaction: .*bad signature/);
});
