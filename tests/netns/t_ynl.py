#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""For t_ynl.sh: YNL SPECS PART [ARGUMENT...], where YNL is the kernel's Python client."""
import errno
import ipaddress
import json
import subprocess
import sys
import time

sys.path.insert(0, sys.argv[1])
from lib import NlError, YnlFamily   # noqa: E402


def family(name):
    fam = YnlFamily(f'{sys.argv[2]}/{name}.yaml', '')
    # Kernels that cannot read 64 bits anywhere (User Mode Linux) pad, and this client does not read its
    # own specs' pads: to it they are flags here.
    for attrs in fam.attr_sets.values():
        for attr in attrs.attrs.values():
            if attr['type'] == 'pad':
                attr.yaml['type'] = 'flag'
    return fam


def packed(addr):
    return ipaddress.ip_address(addr).packed


def expect(what, want, have):
    if want != have:
        sys.exit(f'{what}: {have!r}, not {want!r}')


def refused(fam, number, text, attr, op, vals, dump=False):
    """The kernel says no, why, and (where it can) about which attribute."""
    try:
        answer = fam.dump(op, vals) if dump else fam.do(op, vals)
    except NlError as e:
        ext = e.nl_msg.extack or {}
        expect(f'{op} {vals}', number, -e.nl_msg.error)
        if text not in ext.get('msg', ''):
            sys.exit(f'{op} {vals}: {ext}, not "{text}"')
        if attr:
            expect(f'{op} {vals}: about', attr, ext.get('bad-attr'))
        print(f'{op}: {ext}')
    else:
        sys.exit(f'{op} {vals} was not refused: {answer}')


def intercept(online):
    fam = family('tcopy_intercept')
    bits = len(packed(online)) * 8
    refused(fam, errno.EINVAL, 'say which port', None, 'add', {})
    refused(fam, errno.EINVAL, 'matters with an address alone', '.quiet', 'add', {'port': 80, 'quiet': 5})
    refused(fam, errno.EINVAL, 'host bits of a pass prefix', '.pass', 'add',
            {'port': 80, 'pass': [{'addr': packed(online), 'plen': 8}]})
    refused(fam, errno.ERANGE, '', '.pass.plen', 'add', {'port': 80, 'pass': [{'addr': packed(online), 'plen': 129}]})
    refused(fam, errno.ENOTCONN, 'no relay is bound', None, 'peers', {'peers': b''})
    refused(fam, errno.EINVAL, 'which flows, or which port', None, 'abort', {})
    refused(fam, errno.ENOENT, 'not intercepted', None, 'abort', {'port': 82})
    nets = [ipaddress.ip_network(n) for n in (['10.9.0.0/16', '10.8.7.6/32'] if bits == 32 else ['fd09::/64', 'fd08::7/128'])]
    fam.do('add', {'port': 80, 'for': 3600,
                   'pass': [{'addr': n.network_address.packed, 'plen': n.prefixlen} for n in nets]})
    fam.do('add', {'port': 443, 'addr': packed('10.9.0.1' if bits == 32 else 'fd09::1'), 'quiet': 5})
    plain, old, addr = fam.dump('get', {})
    expect('ports', [80, 81, 443], [i['port'] for i in (plain, old, addr)])
    expect('state', 'intercepting', plain['state'])
    expect('pass', [{'addr': str(n.network_address), 'plen': n.prefixlen} for n in nets], plain['pass'])
    expect('addr', '10.9.0.1' if bits == 32 else 'fd09::1', addr['addr'])
    expect('quiet', 5, addr['quiet'])
    if not 3500 < plain['for'] <= 3600:
        sys.exit(f'for: {plain["for"]}')
    fam.do('del', {'port': 443, 'force': True})
    fam.do('del', {'port': 81, 'force': True})
    expect('ports', [80], [i['port'] for i in fam.dump('get', {})])
    expect('stats', 0, fam.do('stats', {})['stolen'])


def relay(asks):
    fam = family('tcopy_intercept')
    fam.do('bind', {})
    peer = fam._encode_struct('peer', {'family': 4 if '.' in asks else 6, 'port': 80,
                                       'addr': packed(asks).ljust(16, b'\0').hex()})
    expect('bytes of a peer', 20, len(peer))
    fam.do('peers', {'peers': peer})
    expect('relay', True, fam.do('stats', {})['relay'])
    open(sys.argv[1] + '/bound', 'w').close()
    end = time.monotonic() + 60
    while not fam.async_msg_queue:
        if time.monotonic() > end:
            sys.exit('no record came')
        time.sleep(0.05)
        fam.check_ntf()
    msg = fam.async_msg_queue[0]
    expect('the message', 'records', msg['name'])
    if msg['msg']['records-n'] < 1 or packed(asks) not in msg['msg']['records']:
        sys.exit(f'not a record of an answer to {asks}: {msg}')
    flow = fam._encode_struct('flow', {'family': 4 if '.' in asks else 6, 'sport': 1, 'dport': 80,
                                       'src': packed(asks).ljust(16, b'\0').hex(),
                                       'dst': packed(asks).ljust(16, b'\0').hex()})
    expect('bytes of a flow', 40, len(flow))
    fam.do('abort', {'flows': flow * 2})
    refused(fam, errno.EINVAL, 'a flow is malformed', '.flows', 'abort', {'flows': flow[:-1]})


def target(test, client):
    fam = family('tcopy')
    bits = len(packed(test)) * 8
    to = {'to-addr': packed(test), 'to-port': 80}
    refused(fam, errno.EINVAL, 'TCOPY_A_TARGET is missing', None, 'target-add', {})
    refused(fam, errno.EINVAL, 'address and port of its test service', None, 'target-add', {'target': {'to-port': 80}})
    refused(fam, errno.EINVAL, 'The kernel'.lower(), '.target.id', 'target-add', {'target': {**to, 'id': 7}})
    refused(fam, errno.EINVAL, 'host bits of a prefix', '.target.client', 'target-add',
            {'target': {**to, 'client': {'addr': packed(client), 'plen': 8}}})
    refused(fam, errno.ERANGE, '', '.target.dscp', 'target-add', {'target': {**to, 'dscp': 64}})
    refused(fam, errno.ERANGE, 'half of this host', '.host.memory', 'host-set', {'host': {'memory': 1}})
    refused(fam, errno.ENOENT, '', None, 'target-del', {'target': {'id': 99}})
    expect('targets', [], fam.dump('target-get', {}))
    clients = [{'addr': packed(client), 'plen': bits}, {'addr': packed(test), 'plen': bits}]
    ident = fam.do('target-add', {'target': {**to, 'name': 'ynl', 'pace': 'none', 'seed': 5, 'sessions': 'full',
                                             'max-sessions': 1000, 'client': clients, 'for': 3600}})['target']['id']
    refused(fam, errno.EEXIST, '', None, 'target-add', {'target': {**to, 'name': 'other'}})
    t, = fam.dump('target-get', {})
    t = t['target']
    for k, want in {'id': ident, 'name': 'ynl', 'to-addr': test, 'to-port': 80, 'from-port': 80, 'pace': 'none',
                    'sessions': 'full', 'seed': 5, 'sample': 1000000, 'max-sessions': 1000, 'source': 'client',
                    'hook': 'input', 'relay-port': 36524,
                    'client': [{'addr': client, 'plen': bits}, {'addr': test, 'plen': bits}]}.items():
        expect(k, want, t.get(k))
    fam.do('host-set', {'host': {'memory': 64 << 20}})
    host = fam.do('host-get', {})['host']
    expect('memory', 64 << 20, host['memory'])
    expect('cpu', 100, host['cpu'])
    expect('profile', 0, host['profile'])
    expect('no stage', False, 'stage' in host)
    fam.do('host-set', {'host': {'profile': 1}})
    expect('stages', ['capture', 'engine', 'feedback'], [s['stage'] for s in fam.do('host-get', {})['host']['stage']])
    fam.do('host-set', {'host': {'profile': 0}})
    print(host, t)


def watch(ctl):
    """Counters are what tcopyctl shows, just before or just after; then the target is changed and paused."""
    def by_tool():
        return json.loads(subprocess.run([ctl, '-j', 'show-stats'], capture_output=True, check=True).stdout)[0]
    fam = family('tcopy')
    before = by_tool()
    t = fam.dump('target-get', {})[0]['target']
    after = by_tool()
    expect('state', 'copying', t['state'])
    both = {k: k.replace('-', '_') for k in t['stats'] if k.replace('-', '_') in after}
    if len(both) < 30 or t['stats']['opened'] < 1 or t['stats']['matched'] < 200:
        sys.exit(f'{len(both)} counters in common with tcopyctl: {t["stats"]} {after}')
    for k, name in both.items():
        if k not in ('held', 'sessions') and not before[name] <= t['stats'][k] <= after[name]:
            sys.exit(f'{k}: {t["stats"][k]}, but tcopyctl says {before[name]} and then {after[name]}')
    sessions = fam.dump('session-get', {'target': {'id': t['id']}})
    expect('sessions', True, len(sessions) > 0)
    for s in sessions:
        s = s['session']
        expect('a session\'s target', t['id'], s['target'])
        expect('its state', 'open', s['state'])
        expect('its copy\'s source', (s['client-addr'], s['client-port']), (s['source-addr'], s['source-port']))
    refused(fam, errno.EINVAL, 'cannot be changed', '.target.to-port', 'target-set', {'target': {'id': t['id'], 'to-port': 81}})
    fam.do('target-set', {'target': {'id': t['id'], 'sample': 500000, 'client': {}}})
    fam.do('target-pause', {'target': {'id': t['id']}})
    t = fam.dump('target-get', {})[0]['target']
    expect('sample', 500000, t['sample'])
    expect('client', None, t.get('client'))
    expect('state', 'paused', t['state'])


def end():
    fam = family('tcopy')
    t = fam.dump('target-get', {})[0]['target']['id']
    fam.do('stats-reset', {'target': {'id': t}})
    expect('matched', 0, fam.dump('target-get', {})[0]['target']['stats']['matched'])
    fam.do('target-resume', {'target': {'id': t}})
    fam.do('target-del', {'target': {'id': t}})
    fam.do('stop', {})


def end_intercept():
    family('tcopy_intercept').do('del', {'force': True})


globals()[sys.argv[3]](*sys.argv[4:])
