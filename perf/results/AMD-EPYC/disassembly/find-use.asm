; Assembly listing for method Fast.PageTables.UseScan:Find(byref,nuint,ulong,ulong,ulong):ulong (FullOpts)
; Emitting BLENDED_CODE for generic X64 + VEX + EVEX on Unix
; FullOpts code
; optimized code
; rbp based frame
; fully interruptible
; No PGO data

G_M000_IG01:                ;; offset=0x0000
       push     rbp
       push     r15
       push     rbx
       lea      rbp, [rsp+0x10]

G_M000_IG02:                ;; offset=0x0009
       xor      ebx, ebx
       xor      r15d, r15d
       vpbroadcastq zmm0, r8
       vpbroadcastq zmm1, rcx
       vpbroadcastq zmm2, rdx
       cmp      rsi, 8
       jb       SHORT G_M000_IG06
       align    [0 bytes for IG03]

G_M000_IG03:                ;; offset=0x0026
       vmovups  zmm3, zmmword ptr [rdi+8*r15]
       vpandd   zmm4, zmm3, zmm2
       vpcmpeqq k1, zmm4, zmm1
       vpmovm2q zmm4, k1
       test     r8, r8
       je       SHORT G_M000_IG05

G_M000_IG04:                ;; offset=0x0044
       vpandd   zmm3, zmm3, zmm0
       vptestmq k1, zmm3, zmm3
       vpmovm2q zmm3, k1
       vpord    zmm4, zmm3, zmm4

G_M000_IG05:                ;; offset=0x005C
       vpmovq2m k1, zmm4
       kmovb    eax, k1
       shlx     rax, rax, r15
       or       rbx, rax
       add      r15, 8
       mov      rax, rsi
       sub      rax, r15
       cmp      rax, 8
       jae      SHORT G_M000_IG03

G_M000_IG06:                ;; offset=0x007E
       cmp      r15, rsi
       jne      SHORT G_M000_IG09

G_M000_IG07:                ;; offset=0x0083
       mov      rax, rbx

G_M000_IG08:                ;; offset=0x0086
       vzeroupper
       pop      rbx
       pop      r15
       pop      rbp
       ret

G_M000_IG09:                ;; offset=0x008E
       lea      rdi, bword ptr [rdi+8*r15]
       sub      rsi, r15
       call     [Fast.PageTables.ReferenceUseScan:Find(byref,nuint,ulong,ulong,ulong):ulong]
       shlx     rax, rax, r15
       or       rax, rbx

G_M000_IG10:                ;; offset=0x00A3
       vzeroupper
       pop      rbx
       pop      r15
       pop      rbp
       ret

; Total bytes of code 171
