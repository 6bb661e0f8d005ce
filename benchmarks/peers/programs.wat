;; The benchmark programs in WebAssembly: integers of 64 bits that wrap. It has no wider ones.
(module
  (memory 2)

  (func (export "multiply-mod") (param $rounds i64) (result i64)
    (local $sum i64) (local $i i64)
    (loop $round
      (local.set $sum
        (i64.add (local.get $sum) (i64.rem_s (i64.mul (local.get $i) (local.get $i)) (i64.const 1000003))))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br_if $round (i64.lt_s (local.get $i) (local.get $rounds))))
    (local.get $sum))

  (func $following (param $a i64) (param $b i64) (result i64)
    (i64.rem_s (i64.add (local.get $a) (local.get $b)) (i64.const 1000000007)))

  (func (export "fibonacci") (param $rounds i64) (result i64)
    (local $a i64) (local $b i64) (local $c i64)
    (local.set $b (i64.const 1))
    (loop $round
      (local.set $c (call $following (local.get $a) (local.get $b)))
      (local.set $a (local.get $b))
      (local.set $b (local.get $c))
      (local.set $rounds (i64.sub (local.get $rounds) (i64.const 1)))
      (br_if $round (i64.gt_s (local.get $rounds) (i64.const 0))))
    (local.get $a))

  (func (export "sieve") (param $rounds i64) (result i64)
    (local $i i64) (local $multiple i64) (local $count i64)
    (loop $round
      (memory.fill (i32.const 0) (i32.const 0) (i32.const 80000))
      (local.set $i (i64.const 2))
      (block $crossed
        (loop $outer
          (local.set $multiple (i64.mul (local.get $i) (local.get $i)))
          (br_if $crossed (i64.ge_s (local.get $multiple) (i64.const 10000)))
          (if (i64.eqz (i64.load (i32.shl (i32.wrap_i64 (local.get $i)) (i32.const 3))))
            (then
              (loop $inner
                (i64.store (i32.shl (i32.wrap_i64 (local.get $multiple)) (i32.const 3)) (i64.const 1))
                (local.set $multiple (i64.add (local.get $multiple) (local.get $i)))
                (br_if $inner (i64.lt_s (local.get $multiple) (i64.const 10000))))))
          (local.set $i (i64.add (local.get $i) (i64.const 1)))
          (br $outer)))
      (local.set $count (i64.const 0))
      (local.set $i (i64.const 2))
      (loop $each
        (if (i64.eqz (i64.load (i32.shl (i32.wrap_i64 (local.get $i)) (i32.const 3))))
          (then (local.set $count (i64.add (local.get $count) (i64.const 1)))))
        (local.set $i (i64.add (local.get $i) (i64.const 1)))
        (br_if $each (i64.lt_s (local.get $i) (i64.const 10000))))
      (local.set $rounds (i64.sub (local.get $rounds) (i64.const 1)))
      (br_if $round (i64.gt_s (local.get $rounds) (i64.const 0))))
    (local.get $count)))
