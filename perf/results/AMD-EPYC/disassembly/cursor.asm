; Assembly listing for method Fast.Perf.Disassembly.HotMethods:InOrder(Fast.PageTables.PageTable`1[Fast.PageTables.X64L4],Fast.PageTables.IovaRange):ulong (FullOpts)
; Emitting BLENDED_CODE for generic X64 + VEX + EVEX on Unix
; FullOpts code
; optimized code
; rbp based frame
; fully interruptible
; No PGO data
; 0 inlinees with PGO data; 15 single block inlinees; 1 inlinees without PGO data

G_M000_IG01:                ;; offset=0x0000
       push     rbp
       push     r15
       push     r14
       push     rbx
       sub      rsp, 216
       lea      rbp, [rsp+0xF0]
       xor      eax, eax
       mov      qword ptr [rbp-0xE8], rax
       vxorps   xmm8, xmm8, xmm8
       vmovdqu32 zmmword ptr [rbp-0xE0], zmm8
       vmovdqu32 zmmword ptr [rbp-0xA0], zmm8
       vmovdqu32 zmmword ptr [rbp-0x60], zmm8
       mov      qword ptr [rbp-0x20], rax
       mov      rax, rdi
       mov      r15, rsi
       mov      rbx, rdx

G_M000_IG02:                ;; offset=0x004E
       lea      rdi, [rbp-0xE8]
       mov      rsi, rax
       call     [Fast.PageTables.TranslationCursor`1[Fast.PageTables.X64L4]:.ctor(Fast.PageTables.PageTable`1[Fast.PageTables.X64L4]):this]

G_M000_IG03:                ;; offset=0x005E
       vmovdqu32 zmm0, zmmword ptr [rbp-0xE8]
       vmovdqu32 zmmword ptr [rbp-0x80], zmm0
       vmovdqu32 zmm0, zmmword ptr [rbp-0xC0]
       vmovdqu32 zmmword ptr [rbp-0x58], zmm0

G_M000_IG04:                ;; offset=0x0080
       xor      r14d, r14d
       cmp      r15, rbx
       ja       SHORT G_M000_IG09

G_M000_IG05:                ;; offset=0x0088
       mov      rdi, r15
       sub      rdi, qword ptr [rbp-0x70]
       cmp      rdi, qword ptr [rbp-0x68]
       jae      SHORT G_M000_IG07

G_M000_IG06:                ;; offset=0x0095
       mov      rdi, gword ptr [rbp-0x78]
       mov      rsi, qword ptr [rbp-0x20]
       cmp      qword ptr [rdi+0x08], rsi
       jne      SHORT G_M000_IG07
       mov      rax, r15
       add      rax, qword ptr [rbp-0x60]
       jmp      SHORT G_M000_IG08

G_M000_IG07:                ;; offset=0x00AC
       lea      rdi, [rbp-0x80]
       mov      rsi, r15
       call     [Fast.PageTables.TranslationCursor`1[Fast.PageTables.X64L4]:Move(Fast.PageTables.Iova):Fast.PageTables.PhysicalAddress:this]

G_M000_IG08:                ;; offset=0x00B9
       add      r14, rax
       add      r15, 0x1000
       cmp      r15, rbx
       jbe      SHORT G_M000_IG05

G_M000_IG09:                ;; offset=0x00C8
       mov      rax, r14

G_M000_IG10:                ;; offset=0x00CB
       vzeroupper
       add      rsp, 216
       pop      rbx
       pop      r14
       pop      r15
       pop      rbp
       ret

; Total bytes of code 220
