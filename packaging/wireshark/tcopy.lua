-- SPDX-License-Identifier: GPL-2.0
-- Wireshark dissector of tcopy's return channel (kmod/lib/wire.h), UDP port 36524:
--   tshark -X lua_script:tcopy.lua -V -f 'udp port 36524'
-- or in Wireshark's folder of personal Lua plugins.

local types = { [1] = "HELLO", [2] = "CHALLENGE", [3] = "WELCOME", [4] = "OPEN", [5] = "HEADERS", [6] = "BYE" }
local states = { [0] = "not intercepted", [1] = "intercepted", [2] = "draining" }
local MAGIC = 0x54435059

local tcopy = Proto("tcopy", "tcopy return channel")
local f = {
	magic = ProtoField.uint32("tcopy.magic", "Magic", base.HEX),
	version = ProtoField.uint8("tcopy.version", "Version"),
	type = ProtoField.uint8("tcopy.type", "Type", base.DEC, types),
	len = ProtoField.uint16("tcopy.len", "Length"),
	cookie = ProtoField.uint64("tcopy.cookie", "Receiver's cookie", base.HEX),
	own_cookie = ProtoField.uint64("tcopy.own_cookie", "Sender's cookie", base.HEX),
	port = ProtoField.uint16("tcopy.port", "Receive port"),
	want = ProtoField.none("tcopy.want", "Service"),
	want_state = ProtoField.uint8("tcopy.want.state", "State", base.DEC, states),
	want_port = ProtoField.uint16("tcopy.want.port", "Port"),
	pass = ProtoField.none("tcopy.pass", "Pass prefix"),
	plen = ProtoField.uint8("tcopy.pass.plen", "Prefix length"),
	ip4 = ProtoField.ipv4("tcopy.ip", "Address"),
	ip6 = ProtoField.ipv6("tcopy.ipv6", "Address"),
	epoch = ProtoField.uint64("tcopy.epoch", "Epoch", base.HEX),
	lost = ProtoField.uint64("tcopy.lost", "Records lost"),
	flow = ProtoField.none("tcopy.flow", "Copy"),
	sport = ProtoField.uint16("tcopy.sport", "Source port"),
	dport = ProtoField.uint16("tcopy.dport", "Destination port"),
	seq = ProtoField.uint32("tcopy.seq", "Datagram"),
	records = ProtoField.uint16("tcopy.records", "Records"),
	record = ProtoField.none("tcopy.record", "Answer"),
	payload = ProtoField.uint32("tcopy.record.payload", "Payload bytes"),
	tcp_seq = ProtoField.uint32("tcopy.record.seq", "Sequence number"),
	tcp_ack = ProtoField.uint32("tcopy.record.ack", "Acknowledgment"),
	tcp_flags = ProtoField.uint8("tcopy.record.flags", "Flags", base.HEX),
	tcp_window = ProtoField.uint16("tcopy.record.window", "Window"),
	options = ProtoField.bytes("tcopy.record.options", "TCP options"),
}
local fields = {}
for _, field in pairs(f) do
	fields[#fields + 1] = field
end
tcopy.fields = fields
local cut = ProtoExpert.new("tcopy.cut", "shorter or longer than it says", expert.group.MALFORMED, expert.severity.ERROR)
tcopy.experts = { cut }

-- an address of 16 bytes, of which IPv4 uses 4; returns its text
local function address(tree, buf, family)
	if family == 4 then
		tree:add(f.ip4, buf(0, 4))
		return tostring(buf(0, 4):ipv4())
	end
	tree:add(f.ip6, buf(0, 16))
	return tostring(buf(0, 16):ipv6())
end

-- each of these takes what begins at `at`, and returns what is behind it
local function want(tree, buf, at, welcome)
	local sub = tree:add(f.want, buf(at, 24))
	local passes = welcome and buf(at + 4, 1):uint() or 0
	sub:add(f.want_state, buf(at + 1, 1))
	sub:add(f.want_port, buf(at + 2, 2))
	local text = address(sub, buf(at + 8, 16), buf(at, 1):uint())
	sub:append_text(": " .. text .. " port " .. buf(at + 2, 2):uint())
	if welcome then
		sub:append_text(" " .. (states[buf(at + 1, 1):uint()] or "?"))
	end
	at = at + 24
	for _ = 1, passes do
		local pass = sub:add(f.pass, buf(at, 20))
		pass:append_text(": " .. address(pass, buf(at + 4, 16), buf(at, 1):uint()) .. "/" .. buf(at + 1, 1):uint())
		pass:add(f.plen, buf(at + 1, 1))
		at = at + 20
	end
	return at
end

local function flow(tree, buf, at)
	local sub = tree:add(f.flow, buf(at, 40))
	local family = buf(at, 1):uint()
	sub:add(f.sport, buf(at + 4, 2))
	sub:add(f.dport, buf(at + 6, 2))
	local src = address(sub, buf(at + 8, 16), family)
	local dst = address(sub, buf(at + 24, 16), family)
	sub:append_text(string.format(": %s port %d -> %s port %d", src, buf(at + 4, 2):uint(), dst, buf(at + 6, 2):uint()))
	return at + 40
end

local function record(tree, buf, at)
	local hlen, off = buf(at + 4, 2):uint(), buf(at + 6, 2):uint()
	local sub = tree:add(f.record, buf(at, 8 + hlen))
	local ip, tcp = buf(at + 8, off), buf(at + 8 + off, hlen - off)
	sub:add(f.payload, buf(at, 4))
	local src, dst
	if off == 20 then
		src, dst = address(sub, ip(12, 4), 4), address(sub, ip(16, 4), 4)
	else
		src, dst = address(sub, ip(8, 16), 6), address(sub, ip(24, 16), 6)
	end
	sub:add(f.sport, tcp(0, 2))
	sub:add(f.dport, tcp(2, 2))
	sub:add(f.tcp_seq, tcp(4, 4))
	sub:add(f.tcp_ack, tcp(8, 4))
	sub:add(f.tcp_flags, tcp(13, 1))
	sub:add(f.tcp_window, tcp(14, 2))
	if tcp:len() > 20 then
		sub:add(f.options, tcp(20))
	end
	sub:append_text(string.format(": %s port %d -> %s port %d, %d bytes", src, tcp(0, 2):uint(), dst, tcp(2, 2):uint(), buf(at, 4):uint()))
	return at + 8 + hlen
end

local bodies = {
	[1] = function(tree, buf)
		tree:add(f.own_cookie, buf(16, 8))
		for i = 1, buf(24, 1):uint() do
			tree:add(f.port, buf(26 + 2 * i, 2))
		end
		local at = 64
		for _ = 1, buf(25, 1):uint() do
			at = want(tree, buf, at, false)
		end
		return at, ""
	end,
	[2] = function(tree, buf)
		tree:add(f.own_cookie, buf(16, 8))
		return 24, ""
	end,
	[3] = function(tree, buf)
		tree:add(f.epoch, buf(16, 8))
		tree:add(f.lost, buf(24, 8))
		local at = 40
		for _ = 1, buf(32, 1):uint() do
			at = want(tree, buf, at, true)
		end
		return at, ", " .. buf(32, 1):uint() .. " services"
	end,
	[4] = function(tree, buf)
		local at, n = 20, buf(16, 2):uint()
		for _ = 1, n do
			at = flow(tree, buf, at)
		end
		return at, ", " .. n .. " connections"
	end,
	[5] = function(tree, buf)
		local at, n = 24, buf(20, 2):uint()
		tree:add(f.seq, buf(16, 4))
		tree:add(f.records, buf(20, 2))
		for _ = 1, n do
			at = record(tree, buf, at)
		end
		return at, ", number " .. buf(16, 4):uint() .. ", " .. n .. " answers"
	end,
	[6] = function()
		return 16, ""
	end,
}

function tcopy.dissector(buf, pinfo, root)
	if buf:len() < 16 or buf(0, 4):uint() ~= MAGIC then
		return 0
	end
	local kind = buf(5, 1):uint()
	local tree = root:add(tcopy, buf())
	pinfo.cols.protocol = "tcopy"
	pinfo.cols.info = types[kind] or ("type " .. kind)
	tree:add(f.magic, buf(0, 4))
	tree:add(f.version, buf(4, 1))
	tree:add(f.type, buf(5, 1))
	tree:add(f.len, buf(6, 2))
	tree:add(f.cookie, buf(8, 8))
	-- what reaches past the end throws, which Wireshark shows as malformed
	if bodies[kind] and buf(4, 1):uint() == 1 then
		local at, more = bodies[kind](tree, buf)
		pinfo.cols.info:append(more)
		if at ~= buf:len() or buf(6, 2):uint() ~= buf:len() then
			tree:add_proto_expert_info(cut)
		end
	end
	return buf:len()
end

DissectorTable.get("udp.port"):add(36524, tcopy)
