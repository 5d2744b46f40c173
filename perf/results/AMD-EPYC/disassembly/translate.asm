; Assembly listing for method Fast.Perf.Disassembly.HotMethods:Translate(Fast.PageTables.ArenaMemory,ulong,Fast.PageTables.Iova):ulong (FullOpts)
; Emitting BLENDED_CODE for generic X64 + VEX + EVEX on Unix
; FullOpts code
; optimized code
; rbp based frame
; partially interruptible
; No PGO data
; 0 inlinees with PGO data; 43 single block inlinees; 5 inlinees without PGO data

G_M000_IG01:                ;; offset=0x0000
       push     rbp
       mov      rbp, rsp

G_M000_IG02:                ;; offset=0x0004
       mov      rax, rdx
       shl      rax, 16
       sar      rax, 16
       cmp      rax, rdx
       jne      G_M000_IG06

G_M000_IG03:                ;; offset=0x0018
       add      rsi, rdi
       mov      rax, rdx
       shr      rax, 39
       and      rax, 511
       mov      rax, qword ptr [rsi+8*rax]
       test     al, 1
       je       G_M000_IG06
       mov      rcx, 0xFFFFFFFFFF000
       and      rax, rcx
       add      rax, rdi
       mov      rcx, rdx
       shr      rcx, 30
       and      rcx, 511
       mov      rax, qword ptr [rax+8*rcx]
       test     al, 1
       je       G_M000_IG06
       test     al, 128
       jne      G_M000_IG05
       mov      rcx, 0xFFFFFFFFFF000
       and      rax, rcx
       add      rax, rdi
       mov      rcx, rdx
       shr      rcx, 21
       and      rcx, 511
       mov      rax, qword ptr [rax+8*rcx]
       test     al, 1
       je       SHORT G_M000_IG06
       test     al, 128
       jne      SHORT G_M000_IG04
       mov      rcx, 0xFFFFFFFFFF000
       and      rax, rcx
       add      rax, rdi
       mov      rcx, rdx
       shr      rcx, 12
       and      rcx, 511
       mov      rax, qword ptr [rax+8*rcx]
       test     al, 1
       je       SHORT G_M000_IG06
       mov      rcx, 0xFFFFFFFFFF000
       and      rax, rcx
       and      rdx, 0xFFF
       or       rax, rdx
       jmp      SHORT G_M000_IG07

G_M000_IG04:                ;; offset=0x00CF
       mov      rcx, 0xFFFFFFFE00000
       and      rcx, rax
       mov      rax, rdx
       and      rax, 0x1FFFFF
       or       rax, rcx
       jmp      SHORT G_M000_IG07

G_M000_IG05:                ;; offset=0x00EA
       mov      rcx, 0xFFFFFC0000000
       and      rcx, rax
       mov      rax, rdx
       and      rax, 0x3FFFFFFF
       or       rax, rcx
       jmp      SHORT G_M000_IG07

G_M000_IG06:                ;; offset=0x0105
       mov      rax, -1

G_M000_IG07:                ;; offset=0x010F
       pop      rbp
       ret

; Total bytes of code 273
