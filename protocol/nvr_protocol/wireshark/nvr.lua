-- What i-PRO network disk recorders send, for Wireshark and tshark 4.0 and later:
--   the TLVs in RTP header extensions (§2.3, §7), live over HTTP part by part (§2.3.3 to §2.3.7), playback of video and
--   audio (§3.3), downloads (§6.3); payload types 98 (H.264) and 101 (H.265) are video.
-- `nvr-emulator dissector --install` puts it where Wireshark looks. Numbers are read big-endian, the order that was seen.

local nvr = Proto("nvr", "i-PRO network disk recorder")

local OPERATIONS = {
  [0] = "undefined", [1] = "live", [2] = "playback", [3] = "reverse", [4] = "fast forward", [5] = "fast reverse",
  [6] = "pause", [7] = "next image", [8] = "previous image", [0x41] = "downloading", [0x42] = "download completed",
}
local NAMES = {
  [0x0004] = "camera", [0x0005] = "compression", [0x0006] = "data size", [0x0007] = "time and date",
  [0x0008] = "number of frames", [0x0009] = "frame rate", [0x000A] = "frame time", [0x000B] = "reserved",
  [0x000C] = "presence of image", [0x000D] = "status", [0x0011] = "camera time and date",
  [0x0012] = "camera frame time", [0x0027] = "start code", [0x0028] = "long-term reference", [0x0029] = "IDR show/hide",
}
local CHUNKS = { [0xFF15] = "H.264", [0xFF16] = "H.265", [0xFFD8] = "JPEG", [0xFF03] = "G.711 or G.726", [0xFF13] = "AAC-LC" }
local STATUSES = { ["0"] = "normal", ["1"] = "no recorded data", ["2"] = "codec not compatible", ["3"] = "too many at once" }

local f = {
  id = ProtoField.uint16("nvr.tlv.id", "Id", base.HEX, NAMES),
  length = ProtoField.uint16("nvr.tlv.length", "Length", base.DEC),
  value = ProtoField.uint16("nvr.tlv.value", "Value", base.DEC),
  bytes = ProtoField.bytes("nvr.tlv.bytes", "Bytes"),
  camera = ProtoField.uint16("nvr.camera", "Camera"),
  size = ProtoField.uint32("nvr.data_size", "Data size"),
  time = ProtoField.absolute_time("nvr.time", "Time", base.UTC),
  camera_time = ProtoField.absolute_time("nvr.camera_time", "Camera time", base.UTC),
  zone = ProtoField.string("nvr.zone", "Zone"),
  rate = ProtoField.float("nvr.frame_rate", "Frames a second"),
  hundredths = ProtoField.uint16("nvr.frame_time", "Hundredths of the second"),
  camera_hundredths = ProtoField.uint16("nvr.camera_frame_time", "Camera's hundredths of the second"),
  frames = ProtoField.uint16("nvr.frames", "Number of frames"),
  present = ProtoField.uint16("nvr.present", "Presence of image"),
  operation = ProtoField.uint8("nvr.operation", "Operation", base.HEX, OPERATIONS),
  speed = ProtoField.uint8("nvr.speed", "Speed"),
  chunk = ProtoField.uint16("nvr.chunk", "Chunk", base.HEX, CHUNKS),
  chunk_length = ProtoField.uint16("nvr.chunk.length", "Length"),
  gop_start = ProtoField.absolute_time("nvr.gop.start", "GOP start", base.UTC),
  gop_end = ProtoField.absolute_time("nvr.gop.end", "GOP end", base.UTC),
  picture = ProtoField.absolute_time("nvr.picture", "First picture", base.UTC),
  packet = ProtoField.uint32("nvr.packet.length", "Packet length"),
  padding = ProtoField.uint16("nvr.packet.padding", "Padding"),
  data = ProtoField.bytes("nvr.data", "Data"),
  audio_size = ProtoField.uint32("nvr.audio.size", "Audio data size"),
  audio_start = ProtoField.absolute_time("nvr.audio.start", "Start", base.UTC),
  audio_end = ProtoField.absolute_time("nvr.audio.end", "End", base.UTC),
  unit = ProtoField.uint16("nvr.audio.unit.length", "Access unit"),
  part = ProtoField.uint32("nvr.part", "Part"),
  part_head = ProtoField.string("nvr.part.head", "Header"),
  part_size = ProtoField.uint32("nvr.part.size", "Body"),
  status = ProtoField.string("nvr.download.status", "Status"),
  temporary = ProtoField.string("nvr.download.temporary_name", "Temporary name"),
  previous = ProtoField.string("nvr.download.previous_name", "Name of the file before"),
}
nvr.fields = (function() local list = {} for _, field in pairs(f) do list[#list + 1] = field end return list end)()

local e = {
  short = ProtoExpert.new("nvr.cut", "It ends too early", expert.group.MALFORMED, expert.severity.ERROR),
  length = ProtoExpert.new("nvr.bad_length", "The length leads nowhere", expert.group.MALFORMED, expert.severity.ERROR),
  range = ProtoExpert.new("nvr.bad_value", "The document does not have this value", expert.group.PROTOCOL, expert.severity.WARN),
}
nvr.experts = { e.short, e.length, e.range }

local rtp = Dissector.get("rtp")

local function moment(range, hundredths)
  return NSTime.new(range:uint(), (hundredths or 0) * 10000000)
end

-- Hours, minutes and information of a zone: bit 7 the sign, bit 6 summer time (OP-21).
local function zone(range)
  local hours, minutes, information = range(0, 1):uint(), range(1, 1):uint(), range(2, 1):uint()
  local sign = information >= 0x80 and "-" or "+"
  return string.format("%s%02d:%02d%s", sign, hours, minutes, math.floor(information / 0x40) % 2 == 1 and ", summer time" or "")
end

-- The same in a TLV: sign, hours, minutes, summer time, a byte each.
local function zone_of_tlv(range)
  local sign, hours, minutes, summer = range(0, 1):uint(), range(1, 1):uint(), range(2, 1):uint(), range(3, 1):uint()
  return string.format("%s%02d:%02d%s", sign == 1 and "-" or "+", hours, minutes, summer == 1 and ", summer time" or "")
end

-- What stands behind id and length of each TLV: (subtree, bytes).
local READ = {
  [0x0004] = function(tree, value) tree:add(f.camera, value(0, 2)) end,
  [0x0006] = function(tree, value) tree:add(f.size, value(0, 4)) end,
  [0x0007] = function(tree, value) tree:add(f.time, value(0, 4), moment(value(0, 4))); tree:add(f.zone, value(4, 4), zone_of_tlv(value(4, 4))) end,
  [0x0008] = function(tree, value) tree:add(f.frames, value(0, 2)) end,
  [0x0009] = function(tree, value) tree:add(f.rate, value(0, 2), value(0, 2):uint() / 10) end,
  [0x000A] = function(tree, value)
    local item = tree:add(f.hundredths, value(0, 2))
    if value(0, 2):uint() > 99 then item:add_proto_expert_info(e.range) end
  end,
  [0x000C] = function(tree, value) tree:add(f.present, value(0, 2)) end,
  [0x000D] = function(tree, value)
    local item = tree:add(f.operation, value(0, 1))
    if not OPERATIONS[value(0, 1):uint()] then item:add_proto_expert_info(e.range) end
    tree:add(f.speed, value(1, 1))
  end,
  [0x0011] = function(tree, value)
    tree:add(f.camera_time, value(0, 4), moment(value(0, 4))); tree:add(f.zone, value(4, 4), zone_of_tlv(value(4, 4)))
  end,
  [0x0012] = function(tree, value) tree:add(f.camera_hundredths, value(0, 2)) end,
}
local NEEDED = { [0x0006] = 4, [0x0007] = 8, [0x0011] = 8 }

-- TLVs that fill the bytes from `at` to `stop`; gives what they say in short, and where they end.
local function tlvs(tvb, at, stop, tree)
  local said = {}
  while at + 4 <= stop do
    local id, length = tvb(at, 2):uint(), tvb(at + 2, 2):uint()
    if length < 4 or at + length > stop then
      tree:add(tvb(at, stop - at), "TLV"):add_proto_expert_info(e.length)
      return said, stop
    end
    local subtree = tree:add(tvb(at, length), string.format("0x%04X %s", id, NAMES[id] or "unknown"))
    subtree:add(f.id, tvb(at, 2))
    subtree:add(f.length, tvb(at + 2, 2))
    if length > 4 then
      local value = tvb(at + 4, length - 4)
      local read = READ[id]
      if read and value:len() >= (NEEDED[id] or 2) then read(subtree, value)
      elseif value:len() == 4 and NAMES[id] then subtree:add(f.value, value(0, 2))
      else subtree:add(f.bytes, value) end
      if id == 0x0004 then said[#said + 1] = "camera " .. value(0, 2):uint() end
      if id == 0x000D then said[#said + 1] = OPERATIONS[value(0, 1):uint()] end
    end
    at = at + length
  end
  return said, at
end

-- The extension of an RTP packet, behind "defined by profile" and its length.
local extension = Proto("nvr_rtp", "i-PRO additional information")
function extension.dissector(tvb, pinfo, root)
  local tree = root:add(nvr, tvb(), "i-PRO additional information")
  local said = tlvs(tvb, 0, tvb:len(), tree)
  if #said > 0 then tree:append_text(": " .. table.concat(said, ", ")) end
  return tvb:len()
end

-- A GOP, a JPEG picture, or no image (§3.3.1).
local function video(tvb, pinfo, root)
  local id = tvb(0, 2):uint()
  local head = id == 0xFFD8 and 6 or 4
  local tree = root:add(nvr, tvb(), "i-PRO playback video: " .. CHUNKS[id])
  tree:add(f.chunk, tvb(0, 2))
  tree:add(f.chunk_length, tvb(head - 2, 2))
  -- Where the stream header stands is found by its bytes: from where the length counts is open (OP-19).
  local stream
  for at = head, math.min(tvb:len(), 4096) - 4 do
    if tvb(at, 4):uint() == 0xFF060044 then stream = at break end
  end
  local said = tlvs(tvb, head, (stream or tvb:len()) - 12, tree:add(tvb(head), "Additional information"))
  if not stream or tvb:len() < stream + 68 then
    tree:add_proto_expert_info(e.short)
    return
  end
  local gop = tree:add(tvb(stream, 68), "Stream header")
  gop:add(f.gop_start, tvb(stream + 28, 4), moment(tvb(stream + 28, 4), tvb(stream + 32, 1):uint()))
  gop:add(f.gop_end, tvb(stream + 20, 4), moment(tvb(stream + 20, 4), tvb(stream + 24, 1):uint()))
  gop:add(f.zone, tvb(stream + 25, 3), zone(tvb(stream + 25, 3)))
  gop:add(f.picture, tvb(stream + 52, 4), moment(tvb(stream + 52, 4), tvb(stream + 56, 1):uint()))
  local at, pictures = stream + 68, 0
  while at + 24 <= tvb:len() do
    local kind = tvb(at, 2):uint()
    if kind == 0xFF05 then
      local length = tvb(at + 4, 4):uint()
      -- Counted from the packet header, or from the length field itself (OP-20).
      if length % 4 ~= 0 or length < 20 then tree:add(tvb(at, 8), "Packet"):add_proto_expert_info(e.length) break end
      local stop = math.min(at + length, tvb:len())
      pictures = pictures + 1
      local packet = tree:add(tvb(at, stop - at), "Picture " .. pictures)
      packet:add(f.padding, tvb(at + 2, 2))
      packet:add(f.packet, tvb(at + 4, 4))
      if stop > at + 24 then packet:add(f.data, tvb(at + 24, stop - at - 24)) end
      at = at + length
    elseif kind == 0 then
      break
    else
      local length = tvb(at + 2, 2):uint()
      if length < 4 or at + length > tvb:len() then tree:add(tvb(at, 4), "TLV"):add_proto_expert_info(e.length) break end
      tlvs(tvb, at, at + length, tree)
      at = at + length
    end
  end
  said[#said + 1] = pictures .. (pictures == 1 and " picture" or " pictures")
  tree:append_text(", " .. table.concat(said, ", "))
  pinfo.cols.info:append(" [" .. CHUNKS[id] .. ", " .. table.concat(said, ", ") .. "]")
end

-- About a second of audio (§3.3.2).
local function audio(tvb, pinfo, root)
  local id = tvb(0, 2):uint()
  local tree = root:add(nvr, tvb(), "i-PRO playback audio: " .. CHUNKS[id])
  local aac = id == 0xFF13
  local head = aac and 12 or 8
  if tvb:len() < head + 56 then tree:add_proto_expert_info(e.short) return end
  tree:add(f.chunk, tvb(0, 2))
  tree:add(f.camera, tvb(2, 2))
  tree:add(f.audio_size, tvb(4, 4))
  tree:add(f.audio_start, tvb(head, 4), moment(tvb(head, 4)))
  tree:add(f.audio_end, tvb(head + 8, 4), moment(tvb(head + 8, 4)))
  if aac then
    local at, units = head + 56, 0
    while at + 8 <= tvb:len() and (tvb(at, 2):uint() == 0xFF14 or tvb(at, 2):uint() == 0xFF04) do
      local length = tvb(at + 2, 2):uint()
      if length < 8 or at + length > tvb:len() then tree:add(tvb(at, 4), "Access unit"):add_proto_expert_info(e.length) break end
      units = units + 1
      tree:add(f.unit, tvb(at + 2, 2))
      at = at + length
    end
    tree:append_text(string.format(", camera %d, %d access units", tvb(2, 2):uint(), units))
  else
    tree:append_text(string.format(", camera %d, %d bytes", tvb(2, 2):uint(), tvb(4, 4):uint()))
  end
end

-- A live JPEG: the recorder's information stands in a COM segment ahead of the camera's picture (§2.3.3).
local function jpeg(tvb, pinfo, root)
  local tree = root:add(nvr, tvb(), "i-PRO live JPEG")
  local at = 0
  if tvb(0, 2):uint() == 0xFFD8 then at = 2 end
  while at + 4 <= tvb:len() and (tvb(at, 2):uint() == 0xFFFE or tvb(at, 2):uint() == 0xFFD8) do
    if tvb(at, 2):uint() == 0xFFD8 then
      at = at + 2
    else
      local length = tvb(at + 2, 2):uint()
      if length < 2 or at + 2 + length > tvb:len() then tree:add_proto_expert_info(e.length) return end
      local said = tlvs(tvb, at + 4, at + 2 + length, tree:add(tvb(at, 2 + length), "Additional information"))
      if #said > 0 then tree:append_text(": " .. table.concat(said, ", ")) end
      at = at + 2 + length
    end
  end
end

local function body(tvb, pinfo, root)
  if tvb:len() < 4 then return 0 end
  local id = tvb(0, 2):uint()
  if id == 0xFF15 or id == 0xFF16 or (id == 0xFFD8 and tvb(2, 2):uint() == 0xFFFE) then video(tvb, pinfo, root) return tvb:len() end
  if id == 0xFF03 or id == 0xFF13 then audio(tvb, pinfo, root) return tvb:len() end
  return 0
end

local octets = Proto("nvr_body", "i-PRO playback")
function octets.dissector(tvb, pinfo, root)
  local taken = body(tvb, pinfo, root)
  if taken == 0 then Dissector.get("data"):call(tvb, pinfo, root) end
  return tvb:len()
end

-- The parts of live over HTTP and of downloads. The boundary of the header is what stands on the line, dashes included.
local multipart = Proto("nvr_multipart", "i-PRO multipart")
local function line_end(tvb, at)
  local stop = math.min(tvb:len() - 1, at + 8192)
  for place = at, stop - 1 do
    if tvb(place, 1):uint() == 13 and tvb(place + 1, 1):uint() == 10 then return place end
  end
end
local function find_boundary(bytes, at)
  return string.find(bytes, "\r\n--myboundary", at + 1, true)
end
function multipart.dissector(tvb, pinfo, root)
  local tree = root:add(nvr, tvb(), "i-PRO multipart")
  local raw
  local at, number = 0, 0
  while at < tvb:len() do
    local stop = line_end(tvb, at)
    if not stop then break end
    local text = tvb(at, stop - at):string()
    at = stop + 2
    if text == "--myboundary--" then break end
    if text ~= "" and text ~= "--myboundary" then tree:add(tvb(at - 2 - #text, #text), "No boundary"):add_proto_expert_info(e.length) break end
    if text == "--myboundary" then
      number = number + 1
      local first, headers = at, {}
      local lines = {}
      while true do
        stop = line_end(tvb, at)
        if not stop then return tvb:len() end
        local line = tvb(at, stop - at):string()
        lines[#lines + 1] = { at, stop - at, line }
        at = stop + 2
        if line == "" then break end
        local name, value = line:match("^([%w-]+):%s*(.*)$")
        if name then headers[name:lower()] = value end
      end
      local length = tonumber(headers["content-length"])
      if not length then
        raw = raw or tvb:raw()
        local found = find_boundary(raw, at - 2)
        length = found and math.max(0, found - 1 - at) or tvb:len() - at
      end
      local cut = at + length > tvb:len()
      if cut then length = tvb:len() - at end
      local part = tree:add(tvb(first, at + length - first), "Part " .. number)
      part:add(f.part, tvb(first, 0), number):set_generated()
      for _, line in ipairs(lines) do if line[2] > 0 then part:add(f.part_head, tvb(line[1], line[2])) end end
      part:add(f.part_size, tvb(at, length), length):set_generated()
      if cut then part:add_proto_expert_info(e.short) end
      if headers["x-recdata-satus"] then
        local named = function(name) return (headers[name] or ""):match('"(.-)"') or "" end
        local status = headers["x-recdata-satus"]
        part:add(f.status, tvb(first, at - first), status .. " " .. (STATUSES[status] or "")):set_generated()
        part:add(f.temporary, tvb(first, at - first), named("x-temp-filename")):set_generated()
        part:add(f.previous, tvb(first, at - first), named("x-prev-filename")):set_generated()
        part:append_text(": " .. (STATUSES[status] or status) .. ", " .. length .. " bytes")
      elseif length >= 12 and not cut then
        local content = tvb(at, length):tvb()
        if (headers["content-type"] or ""):find("image/jpeg", 1, true) then jpeg(content, pinfo, part)
        elseif math.floor(content(0, 1):uint() / 64) == 2 then rtp:call(content, pinfo, part) end
      end
      at = at + length
    end
  end
  tree:append_text(", " .. number .. (number == 1 and " part" or " parts"))
  pinfo.cols.info:append(" [" .. number .. " parts]")
  return tvb:len()
end

DissectorTable.get("rtp.hdr_ext"):add(0, extension)
local media = DissectorTable.get("media_type")
media:add("application/octet-stream", octets)
media:add("multipart/x-mixed-replace", multipart)
media:add("multipart/form-data", multipart)
local payload = DissectorTable.get("rtp.pt")
payload:add(98, Dissector.get("h264"))
payload:add(101, Dissector.get("h265"))
