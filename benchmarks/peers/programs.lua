-- The benchmark programs in Lua 5.4, which meters nothing and whose integers wrap.
--
-- usage: lua5.4 programs.lua <program>=<rounds> ...
-- Each line of output is: the program, nanoseconds for one round (the median of five runs), the result.

local programs = {}

programs["multiply-mod"] = function(rounds)
  local sum, i = 0, 0
  for _ = 1, rounds do
    sum = sum + (i * i) % 1000003
    i = i + 1
  end
  return sum
end

local function following(a, b) return (a + b) % 1000000007 end

programs["fibonacci"] = function(rounds)
  local a, b = 0, 1
  for _ = 1, rounds do a, b = b, following(a, b) end
  return a
end

programs["sieve"] = function(rounds)
  local size, count = 10000, 0
  for _ = 1, rounds do
    local composite = {}
    for k = 0, size - 1 do composite[k] = 0 end
    local i = 2
    while i * i < size do
      if composite[i] == 0 then
        for multiple = i * i, size - 1, i do composite[multiple] = 1 end
      end
      i = i + 1
    end
    count = 0
    for k = 2, size - 1 do
      if composite[k] == 0 then count = count + 1 end
    end
  end
  return count
end

for _, argument in ipairs(arg) do
  local name, rounds = argument:match("^(.-)=(%d+)$")
  local program = programs[name]
  if program then
    rounds = tonumber(rounds)
    local times, result = {}, nil
    program(rounds)
    for run = 1, 5 do
      local start = os.clock()
      result = program(rounds)
      times[run] = os.clock() - start
    end
    table.sort(times)
    print(string.format("%s %.4f %d", name, times[3] * 1e9 / rounds, result))
  end
end
